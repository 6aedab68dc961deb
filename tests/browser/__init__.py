"""The integration in a real browser: what `script/browser` runs."""
