"""The fault matrix: what a misbehaving device does, and what people then see of it."""
