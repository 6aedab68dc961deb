"""What is measured inside a Home Assistant."""
