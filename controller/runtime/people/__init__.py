"""People and machines: who there is, how they prove it, how long that holds, and what they may do."""
