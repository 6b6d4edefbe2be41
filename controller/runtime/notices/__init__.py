"""Notices: telling people outside the control room, durably, in order, and never twice under two names."""
