"""What the plan says of nights to come: one light's or a scope's night, a year condensed, programs in TALQ's words."""
