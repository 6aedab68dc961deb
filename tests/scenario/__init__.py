"""One scenario harness for the fault, soak and security tests."""
