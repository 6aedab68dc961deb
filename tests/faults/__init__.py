"""Tests of the integration under faults."""
