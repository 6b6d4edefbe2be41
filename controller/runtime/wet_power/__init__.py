"""涉水断电: circuits in water are cut, stay cut, and come back by two people."""
