"""The fault matrix: what goes wrong, what the user sees, and what the BMC sees."""
