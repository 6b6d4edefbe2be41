"""Downloaded timetables and clocks of cabinets: made, written, read back, compared, shown."""
