"""Everything under config/, read, checked and explained."""
