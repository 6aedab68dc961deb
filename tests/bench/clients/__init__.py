"""The clients that are measured, each run by an interpreter of its own."""
