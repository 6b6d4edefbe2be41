"""What must survive: the state and the journal."""
