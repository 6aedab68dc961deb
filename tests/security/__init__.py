"""Tests for leaked secrets, misdirected credentials and hostile BMCs."""
