"""When lights should burn: astronomy, calendars, programs. Pure, but for the wake-up."""
