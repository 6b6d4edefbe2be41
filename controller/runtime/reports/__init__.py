"""Reports a manager can send on."""
