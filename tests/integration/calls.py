"""Every operation the API describes, as a request about something in the east; made from the description itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.besieged import CANARY, EAST, FAR_LAMP, FAR_RAIN, LAMP, PS, PUMP, TREES, City

OPEN = frozenset(
    {
        "GET /api/v1/health",
        "GET /api/v1/ready",
        "GET /metrics",
        "POST /api/v1/sign-in",
        "POST /api/v1/sign-on/begin",
        "POST /api/v1/sign-on",
        "POST /api/v1/refresh",
    }
)
"""What needs no token. Nothing else does: a new route is asked for one unless it is named here."""
OWN = frozenset({"GET /api/v1/me", "POST /api/v1/sign-out", "POST /api/v1/password"})
"""What anybody signed in does to themselves."""
SAID: Mapping[str, Any] = {
    "targets": [TREES],
    "displays": [TREES],
    "target": PUMP,
    "on": LAMP,
    "circuits": [FAR_LAMP],
    "cabinets": [FAR_LAMP.partition("/")[0]],
    "about": LAMP,
    "acts": [{"target": PUMP, "value": "start"}],
    "interlock": "east-rack",
    "scope": f"division:{EAST}",
    "knife": "road",
    "value": "off",
    "grants": [{"role": "duty_officer", "scope": "city"}],
    "name": "mallory2",
    "token": "a-selection-of-nobody",
    "forecasts": [
        {
            "of": FAR_RAIN,
            "issued": "2026-06-21T18:00:00+08:00",
            "steps": [{"begins": "2026-06-21T18:00:00+08:00", "ends": "2026-06-21T19:00:00+08:00", "value": 4.0}],
        }
    ],
    "of": FAR_RAIN,
    "gauge": f"{PS}/inner_level_2_m",
    "addresses": [{"resource": "devices", "address": TREES}],
    "targetCommand": {
        "state": {"name": "LevelState", "value": 0},
        "expiration": "2026-06-21T16:30:00+08:00",
    },
    "zhadao": {"reason": CANARY},
    "groups": [
        {"address": "east", "ownerCMS": "cms", "members": [{"resource": "devices", "address": TREES}]},
    ],
    "programs": [
        {
            "type": "ControlProgramOne",
            "id": "east",
            "ownerCMS": "cms",
            "activePeriods": [],
            "fixedTimeControls": [
                {"startTime": "12:00:00", "command": {"state": {"name": "LevelState", "value": 0}}},
            ],
        }
    ],
    "calendars": [{"id": "east", "ownerCMS": "cms", "defaultProgram": "east", "rules": [{"program": "east"}]}],
}
QUERIES: Mapping[str, str] = {
    "/api/v1/lighting/report": "?month=2026-06",
    "/api/v1/forecasts/series": f"?of={FAR_RAIN}",
}
VALUES: Mapping[str, Any] = {"/api/v1/wet-power/checks": 2.5}


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    template: str
    path: str
    body: Any = None

    @property
    def name(self) -> str:
        """As the tables here name it."""
        return f"{self.method} {self.template}"

    @property
    def sent(self) -> str:
        """Everything the caller brought along: an answer may repeat it."""
        return f"{self.path} {self.body}"


def calls(at: City) -> Iterator[Call]:
    """One for every operation there is. A path parameter nobody here knows fails: tell what in the east it names."""
    known = {
        "asset_id": PS,
        "target": PUMP,
        "circuit": FAR_LAMP,
        "act_id": "chen:r-east",
        "standing_id": "S-nobody",
        "notice_id": "N-nobody",
        "receiver": "duty-room",
        "signal_id": "W-nobody",
        "pump_id": "MP-nobody",
        "number": "1",
        "name": "victim",
        "plan_id": "nobodys-plan",
        "run_id": "R-nobody",
        "order_number": "2026-9999",
        **at.ids,
    }
    for template, operations in at.spec["paths"].items():
        for method, operation in operations.items():
            path = template.format_map(known) + QUERIES.get(template, "")
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield Call(method.upper(), template, path, None if body is None else _filled(at.spec, template, body))


def _filled(spec: Mapping[str, Any], template: str, schema: Mapping[str, Any]) -> Any:
    """A body that is right, about the east, with the canary for a reason."""
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    model = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    wanted = {*model.get("required", ()), *SAID}
    needed = {name: about for name, about in model["properties"].items() if name in wanted}
    return {name: _value(template, name, about) for name, about in needed.items()}


def _value(template: str, name: str, about: Mapping[str, Any]) -> Any:
    if name == "value" and template in VALUES:
        return VALUES[template]
    if name in SAID:
        return SAID[name]
    if "enum" in about:
        return about["enum"][0]
    if "examples" in about:
        return about["examples"][0]
    if about.get("type") in ("number", "integer"):
        return 3600
    return {"password": "nothing like a password of anybody", "secret": "wrong"}.get(name, CANARY)
