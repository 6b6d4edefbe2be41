"""Worked examples of what is told in TALQ's words."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.talq.views import TalqGroupBook, TalqGroupView, TalqOverrideBook, TalqOverrideView

_OWNER, _CABINET = "Hangzhou", {"resource": "devices", "address": "330106-LC-0007"}
_LIGHT = {"resource": "devices", "address": "330106-LC-0004/K1"}
GROUPS = TalqGroupBook(
    "2.7.1",
    _OWNER,
    NOW,
    (
        TalqGroupView(
            {
                "address": "学校周边",
                "ownerCMS": _OWNER,
                "members": [_CABINET, _LIGHT],
                "purpose": "unknown",
                "zhadao": {"title": {"zh": "学校周边", "en": "Round the schools"}},
            },
            exact=True,
            live=False,
            query="picked 330106-LC-0007, 330106-LC-0004/K1",
            lights=5,
            title_zh="学校周边",
            title_en="Round the schools",
        ),
    ),
)
OVERRIDES = TalqOverrideBook(
    "2.7.1",
    _OWNER,
    NOW,
    (
        TalqOverrideView(
            {
                "addresses": [{"resource": "groups", "address": "迎宾线"}],
                "targetCommand": {
                    "state": {"name": "LevelState", "value": 60},
                    "reason": "override",
                    "start": "2026-06-21T11:19:00Z",
                    "expiration": "2026-06-21T11:49:00Z",
                },
                "zhadao": {"reason": "drill", "slot": "city_manual", "knife": "road"},
            },
            exact=True,
            request_id="3c0e41",
            owner="operator",
            confirmed_by="",
            slot="city_manual",
            value="60%",
            lights=30,
            in_force=29,
            ends=NOW + timedelta(minutes=30),
        ),
    ),
)
