"""Programs of a user, which import the installed library.

The tests run them with this checkout. The rehearsal of a release checks their types
with mypy and pyright, and runs them with the wheel.
"""
