"""What the integration and its peers ask of a BMC, measured side by side."""
