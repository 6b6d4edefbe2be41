"""What the controller saw and decided, recorded turn by turn, and run again."""
