"""No secret gets out, no password goes astray, and nothing hostile spreads."""
