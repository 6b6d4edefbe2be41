"""The other ends of the driver contract suite: one device, three wires."""
