"""The integration in a real Home Assistant: what `script/demo` runs."""
