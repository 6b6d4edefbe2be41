"""Groups and standing overrides in TALQ's words; TALQ's groups and overrides taken for what they mean here."""
