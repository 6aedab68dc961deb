"""Simulated days with random faults, checked against a model."""
