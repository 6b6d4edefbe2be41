"""The far end of the field benchmarks' wires: minimal, in processes of its own; the client is what is measured."""
