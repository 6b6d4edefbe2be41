"""What the lights should be doing at any moment: sun, calendars, programs. Pure, but for ``wakeup``."""
