"""A simple model of the city's waters: used to fill in what is not measured, to look ahead, and to plan."""
