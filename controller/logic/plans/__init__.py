"""Plans 预案: what is done step by step, on what conditions, and how it ends. Pure: time and readings come in."""
