"""Drills (演练): the simulated city as it stands in a drill, what fails in it, and the truth about it."""
