"""The bench: plants, simulated devices, faults and scenarios behind real sockets."""
