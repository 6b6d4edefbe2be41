"""``zhadao talq``: out as JSON, an override looked at and thrown, groups taken into a draft."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from controller.runtime.publishing.prover import Proven
from controller.runtime.publishing.proving import Job, tried
from tests.unit.cli.real_city import City, Desk, real_city
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.schedules import talq_schema
from tests.unit.settings import small_site

GROUPS = """\
groups:
  - name: 主干
    title: {zh: 主干道, en: Trunk roads}
    all_of: ["class:road"]
    none_of: ["330106-SP-0001"]
"""


def tries_drafts_here(city: City, folder: Path) -> None:
    """Drafts are checked in a thread instead of a process: some seconds quicker."""

    async def prove(job: Job) -> Proven:
        return Proven(*await asyncio.to_thread(tried, job))

    def told() -> None:
        office = city.assembly.publishing.office
        office.config, office.prove = folder / "config" / "site", prove

    city.ask(told)


def test_talq_from_the_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", GROUPS)
    with real_city(tmp_path) as city:
        tries_drafts_here(city, tmp_path)
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        out, command = tmp_path / "groups.json", tmp_path / "override.json"
        assert f"{out}: 1 groups of TALQ 2.7.1" in desk("talq", "show", "groups", "--to", str(out)).stdout
        (group,) = json.loads(out.read_text(encoding="utf-8"))
        talq_schema.is_group(group)
        shown = desk("talq", "show", "calendars")
        for calendar in json.loads(shown.stdout):
            talq_schema.is_calendar(calendar)
        for program in json.loads(desk("talq", "show", "programs").stdout):
            talq_schema.is_program(program)

        ends = (city.assembly.clock.now() + timedelta(hours=3)).isoformat()
        addresses = [{"resource": "groups", "address": "主干"}]
        order = {"state": {"name": "BooleanState", "value": True}, "expiration": ends}
        command.write_text(json.dumps({"addresses": addresses, "targetCommand": order}), encoding="utf-8")
        missing = desk("talq", "override", str(command), "--yes", "--as", "operator")
        assert missing.exit_code == 1
        assert "zhadao.reason is missing" in missing.stderr
        whole = {"addresses": addresses, "targetCommand": order, "zhadao": {"reason": "drill"}}
        command.write_text(json.dumps([whole]), encoding="utf-8")
        done = desk("talq", "override", str(command), "--yes", "--as", "operator")
        assert done.exit_code == 0, done.output
        assert "road 路灯 · group:主干 → on" in done.output
        assert "by contact 触点证实 2" in done.output
        (standing,) = json.loads(desk("talq", "show", "overrides").stdout)
        assert (standing["addresses"], standing["zhadao"]["reason"]) == (addresses, "drill")
        ended = desk("talq", "override", "-", "--yes", "--as", "operator", typed=json.dumps({"addresses": addresses}))
        assert "2 leases ended" in ended.output, ended.output
        for wrong in ("[]", "{", '"all"'):
            assert desk("talq", "override", "-", "--as", "operator", typed=wrong).exit_code == 2
        assert desk("talq", "show", "groups", "--to", str(tmp_path / "no" / "such")).exit_code == 1

        programs = json.loads(desk("talq", "show", "programs").stdout)
        assert desk("schedule", "draft", "new", "nights", "--as", "operator").exit_code == 0
        exact = [{**one, "name": "夜"} for one in programs if len(one["activePeriods"]) == 1][:1]
        out.write_text(json.dumps(exact), encoding="utf-8")
        kept = desk("talq", "take-programs", "nights", str(out), "--as", "operator")
        assert kept.exit_code == 0, kept.output
        assert "talq-programs.yaml" in kept.output
        rule = {"program": exact[0]["id"], "condition": {"type": "ccDay", "days": [{"start": 6}]}}
        week = {"id": "week", "ownerCMS": "cms", "defaultProgram": exact[0]["id"], "rules": [rule]}
        out.write_text(json.dumps(week), encoding="utf-8")
        ruled = desk("talq", "take-calendars", "nights", str(out), "--as", "operator")
        assert ruled.exit_code == 0, ruled.output
        assert "talq-calendars.yaml" in ruled.output
        out.write_text(json.dumps({**exact[0], "dynamicControls": [{}]}), encoding="utf-8")
        refused = desk("talq", "take-programs", "nights", str(out), "--as", "operator")
        assert refused.exit_code == 1
        assert "dynamicControls are a sensor's" in refused.stderr

        group["members"], group["address"] = [{"resource": "devices", "address": LC2}], "新"
        del group["zhadao"]
        out.write_text(json.dumps(group), encoding="utf-8")
        assert desk("schedule", "draft", "new", "talq", "--as", "operator").exit_code == 0
        taken = desk("talq", "take-groups", "talq", str(out), "--as", "operator")
        assert taken.exit_code == 0, taken.output
        assert "talq-groups.yaml" in taken.output
        group["members"] = [{"resource": "devices", "address": f"{LC1}/K1/actualLightState"}]
        out.write_text(json.dumps(group), encoding="utf-8")
        refused = desk("talq", "take-groups", "talq", str(out), "--as", "operator")
        assert refused.exit_code == 1
        assert "members[0] names an attribute" in refused.stderr
