"""Test the integration in a real browser and a real Home Assistant.

The tests use one Home Assistant of the demo (tests/demo) and one Chromium. Only
`test_installation` starts its own, the newest release. Home Assistant has nothing but a
copy of the integration's folder, as after an installation through HACS.

How to run:
    script/browser       Run all tests; screenshots go to .cache/screenshots.
    script/screenshots   Take the screenshots of the README.

Modules:
    chromium   Path of the browser.
    browser    Browser session: page, screenshots and console errors.
    pages      Page objects: dialog, integration page and device page.
    dashboard  Dashboard of the documentation.
    pictures   Screenshots of the README.
    conftest   Fixtures: the added server and the check of the browser console.

To add a test of the page, write it in `test_page` and add the user's steps to the
classes in `pages`.
"""
