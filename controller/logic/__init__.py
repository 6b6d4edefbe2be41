"""Pure decisions: functions of (image, time, settings) that return values."""
