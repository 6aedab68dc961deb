"""Tests of the fan control over IPMI, against a simulated BMC on real sockets."""
