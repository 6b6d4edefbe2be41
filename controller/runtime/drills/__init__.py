"""Drills (演练): sealed off from the field, kept in folders of their own, reported afterwards."""
