"""Simulated days with random faults, against a model of what must hold."""
