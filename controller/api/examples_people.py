"""Worked examples of what is told of people, sessions and keys."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.people.views import GrantView, KeyView, NewKey, OneTimeCode, PersonView, SessionView

_GRANTS = (GrantView("lighting_operator", "division:330106"),)
PERSON = PersonView("wang.li", "王丽", _GRANTS, "active", 1, NOW.isoformat(), "admin")
CODE = OneTimeCode("wang.li", "1234-5678-9012-3456-7890", NOW + timedelta(hours=24))
KEY = KeyView(
    "0a1b2c3d4e", "scada-bridge", "zk_0a1b2c3d4e", _GRANTS, "active", NOW + timedelta(days=90), NOW.isoformat(), "admin"
)
NEW_KEY = NewKey(KEY, "zk_0a1b2c3d4e_…")
SIGNED_IN = SessionView("S-5d0c2f9a71b3e864", "wang.li", "10.1.2.3", NOW + timedelta(hours=12))
