"""Lighting programs changed by draft, proof and two people; and never silently by anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.runtime.publishing.proving import tried
from controller.runtime.publishing.records import VERSION
from controller.settings import overlay
from controller.settings.load import load_site
from controller.store.changes import Change, PutRecord
from controller.store.journal_read import read
from controller.store.recording import FOLDER, kept_site
from drivers.soft import SoftDriver
from tests.unit.runtime.publishing.drafting_city import HALF, LIN, NIGHTS, WANG, WHOLE, DraftingCity, drafting_city
from tests.unit.runtime.soft_city import DUSK, LC1, LC2, person

PROGRAMS = Path("lighting") / "programs.yaml"
TZ = ZoneInfo("Asia/Shanghai")
STATE = """\
states:
  - state: event
    title: {zh: 重大活动保障, en: event}
    lighting: {programs: {landscape: landscape-late}}
"""


def saves(city: DraftingCity) -> bool:
    """Whether the program in force darkens road lights after 23:30."""
    return bool(city.assembly.site.lighting.programs["all-night"].savings)


async def test_a_draft_is_proven_published_by_two_people_and_holds_after_a_restart(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        before = city.assembly.site.config_hash
        await city.drafted("half", WHOLE, HALF)
        report = city.desk.proof("half").report
        assert (report.nights, report.lights, report.changed_lights) == (NIGHTS, 4, 3)
        assert {(one.what, one.which_nights) for one in report.changes} == {
            ("on sunset, off sunrise → on sunset, off sunrise, off 23:30–05:00", "every night")
        }
        assert not saves(city), "a proof changes nothing"
        outcome = await city.published("half")
        assert outcome.accepted, outcome.text
        assert saves(city)
        assert city.assembly.site.config_hash not in ("", before)
        assert city.controller.night(f"{LC1}/K1", date(2026, 6, 21)).edges
        (now, first) = city.desk.versions().versions
        assert (now.number, now.in_force, now.proposer, now.confirmer, now.reason) == (1, True, "lin", "wang", "trying")
        assert (first.number, first.in_force) == (0, False)
        assert city.desk.list() == []
        config_hash = city.assembly.site.config_hash
    async with drafting_city(tmp_path) as city:
        assert saves(city)
        assert city.assembly.site.config_hash == config_hash
        assert (city.config / PROGRAMS).read_text(encoding="utf-8").count("23:30, until") == 0, (
            "the folder is untouched"
        )
        report = await city.controller.reload(LIN)
        assert report.applied, report.problems
        assert saves(city), "a reload keeps what was published over the folder's own"
    kinds = [line.kind for line in read(tmp_path / "data") if line.kind.startswith(("lighting", "proposal"))]
    assert kinds == [
        "lighting_drafted",
        "lighting_draft_changed",
        "lighting_proven",
        "proposal_confirmed",
        "lighting_published",
    ]


async def test_lights_follow_the_published_program_and_none_flickers(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.clock.sleep(1200.0)
        lit = {target: city.assembly.book.decision(target).winner.value for target in city.assembly.site.city.targets}
        written = {name: len(driver.writes) for name, driver in _drivers(city).items()}
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
        await city.clock.sleep(30.0)
        assert {t: city.assembly.book.decision(t).winner.value for t in lit} == lit
        heartbeats = ("heartbeat", "mode_command")
        for name, driver in _drivers(city).items():
            later = [
                write
                for write in driver.writes[written[name] :]
                if not str(write).partition("=")[0].endswith(heartbeats)
            ]
            assert later == [], "what was lit stays lit: nothing is written because programs changed"
        explained = city.controller.explain(f"{LC1}/K1")
        assert explained.wanted == "on"


def _drivers(city: DraftingCity) -> dict[str, SoftDriver]:
    return dict(city.field.drivers)


async def test_one_person_alone_publishes_nothing_under_whatever_session(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        machine = Caller("key:builder")
        with pytest.raises(InvalidValue, match="machine"):
            await city.desk.publish("half", machine, reason="by night")
        proposal = await city.desk.publish("half", LIN, reason="trying")
        for caller in (LIN, person("lin", "S-other"), machine):
            assert not (await city.confirmed(proposal.id, caller)).accepted
        assert not saves(city)
        assert (await city.confirmed(proposal.id)).accepted
        assert saves(city)


async def test_a_bad_draft_is_kept_named_by_file_and_line_and_goes_no_further(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.desk.new("bad", LIN)
        wrong = city.text().replace("sunrise: off", "sunrize: off")
        view = await city.desk.put("bad", LIN, {"programs.yaml": wrong})
        assert view.state == "bad"
        assert view.problems[0].startswith("bad/programs.yaml:4: programs[all-night].edges.sunrize")
        for act in (city.desk.prove("bad", LIN), city.desk.publish("bad", LIN, reason="x")):
            with pytest.raises(InvalidValue, match=r"bad/programs\.yaml:4"):
                await act
        gone = await city.desk.put("bad", LIN, {"more.yaml": "wet_power: {}\n"})
        assert any("stays in the site's lighting/wet-power.yaml" in one for one in gone.problems)
        with pytest.raises(InvalidValue, match="no part of a lighting version"):
            await city.desk.put("bad", LIN, {"wet-power.yaml": ""})
        with pytest.raises(InvalidValue, match="no name for a lighting file"):
            await city.desk.put("bad", LIN, {"../site.yaml": ""})
        with pytest.raises(InvalidValue, match=r"programs\.yaml:2: half a character"):
            await city.desk.put("bad", LIN, {"programs.yaml": "programs: []\n# \ud800"})
        with pytest.raises(InvalidValue, match="800000 bytes"):
            await city.desk.put("bad", LIN, {"programs.yaml": "#" * 800_001})
        await city.desk.drop("bad", WANG)
        with pytest.raises(UnknownTarget):
            city.desk.get("bad")


async def test_a_proof_of_another_text_or_another_configuration_counts_for_nothing(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        await city.drafted("late", "22:00: off", "23:00: off")
        proposal = await city.desk.publish("late", LIN, reason="x")
        assert (await city.published("half")).accepted
        assert city.desk.get("late").state == "overtaken"
        outcome = await city.confirmed(proposal.id)
        assert (outcome.accepted, outcome.cause) == (False, "NOT_READY")
        assert "make a new draft" in outcome.text
        await city.drafted("later", "22:00: off", "23:00: off")
        proposal = await city.desk.publish("later", LIN, reason="x")
        changed = city.desk.files("later").files["programs.yaml"].replace("23:00: off", "23:15: off")
        await city.desk.put("later", LIN, {"programs.yaml": changed})
        assert not (await city.confirmed(proposal.id)).accepted
        with pytest.raises(InvalidValue, match="is not proven"):
            await city.desk.publish("later", LIN, reason="x")


async def test_a_dark_road_is_published_only_when_both_accept_it_each_with_a_reason(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        gap = "    edges: {sunset: on, 01:00: off, 03:00: on, sunrise: off}\n"
        await city.drafted("gap", "    edges: {sunset: on, sunrise: off}\n", gap)
        (finding,) = city.desk.proof("gap").report.blocking
        assert (finding.kind, finding.lights, finding.nights, finding.worst_min) == ("dark_gap", 3, NIGHTS, 120.0)
        with pytest.raises(InvalidValue, match="block gap"):
            await city.desk.publish("gap", LIN, reason="quiet hours")
        proposal = await city.desk.publish("gap", LIN, reason="quiet hours", accept="road closed at night")
        assert any("BLOCKS" in line for line in proposal.wording.lines)
        refused = await city.confirmed(proposal.id)
        assert not refused.accepted
        assert "has not accepted" in refused.text
        await city.desk.accept("gap", WANG, "closed until May, seen on site")
        outcome = await city.confirmed(proposal.id)
        assert outcome.accepted, outcome.text
        accepted = city.desk.versions().versions[0].accepted
        assert [(one.actor, one.reason) for one in accepted] == [
            ("lin", "road closed at night"),
            ("wang", "closed until May, seen on site"),
        ]


async def test_savings_that_darken_most_of_a_night_block_as_a_dark_road_does(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("dark", WHOLE, HALF.replace("from: 23:30, until: 05:00", "from: 19:30, until: 05:00"))
        assert [one.kind for one in city.desk.proof("dark").report.blocking] == ["saved_away"]


async def test_going_back_to_a_version_takes_the_same_proof_and_the_same_two_people(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
        await city.desk.new("back", LIN, source="version", version=0)
        with pytest.raises(InvalidValue, match="not proven"):
            await city.desk.publish("back", LIN, reason="complaints")
        await city.desk.prove("back", LIN)
        assert (await city.published("back")).accepted
        assert not saves(city)
        assert [(one.number, one.origin) for one in city.desk.versions().versions] == [
            (2, "version 0"),
            (1, "version 0, in force"),
            (0, "the site folder"),
        ]
        with pytest.raises(UnknownTarget, match="no lighting version 9"):
            await city.desk.new("no", LIN, source="version", version=9)


async def test_a_folder_that_was_changed_since_is_not_in_force_and_everybody_is_told(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
        assert not city.alarm("folder_differs")
        file = city.config / PROGRAMS
        file.write_text(file.read_text(encoding="utf-8").replace("22:00: off", "22:10: off"), encoding="utf-8")
        assert (await city.controller.reload(LIN)).applied
        assert saves(city)
        assert city.alarm("folder_differs")
        assert "--from-folder" in city.desk.versions().notice_en
        await city.desk.new("folder", LIN, source="folder")
        await city.desk.prove("folder", LIN)
        assert (await city.published("folder")).accepted
        assert not city.alarm("folder_differs")
        assert not saves(city)
    async with drafting_city(tmp_path) as city:
        assert not city.alarm("folder_differs")


async def test_an_unloaded_change_of_the_folder_never_comes_in_with_a_draft(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assets = city.config / "assets" / "lights.yaml"
        assets.write_text(assets.read_text(encoding="utf-8").replace("lamps: 4", "lamps: 5"), encoding="utf-8")
        with pytest.raises(InvalidValue, match="zhadao reload"):
            await city.desk.publish("half", LIN, reason="x")
        with pytest.raises(InvalidValue, match="zhadao reload first"):
            await city.desk.prove("half", LIN)
        assert (await city.controller.reload(LIN)).applied
        await city.desk.prove("half", LIN)
        assert (await city.published("half")).accepted


async def test_published_lighting_that_no_longer_fits_leaves_nobody_without_a_controller(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
    for file in ("assets/lights.yaml", str(PROGRAMS)):
        path = city.config / file
        renamed = (
            path.read_text(encoding="utf-8")
            .replace("program: all-night", "program: whole")
            .replace("id: all-night", "id: whole")
        )
        path.write_text(renamed, encoding="utf-8")
    async with drafting_city(tmp_path) as city:
        assert city.alarm("published_not_in_force")
        assert "whole" in city.assembly.site.lighting.programs
        refused = await city.controller.reload(LIN)
        assert not refused.applied
        assert "lighting-version-1" not in refused.problems[0], (
            "the problem is the asset's, that names what the version lacks"
        )


async def test_a_version_of_a_form_this_program_cannot_read_is_named_with_both_forms_and_the_folder_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.runtime.publishing.publish.FORM", 2)
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        await city.published("half")
    async with drafting_city(tmp_path) as city:
        assert city.alarm("published_not_in_force")
        assert not saves(city)
        found = next(one for one in city.desk.versions().versions if one.number == 1)
        assert found.form == 2
        assert found.unreadable.startswith("lighting version 1 was written in form 2")
        refused = await city.controller.reload(LIN)
        assert not refused.applied
        assert "form 2" in refused.problems[0]


async def test_a_version_of_an_older_form_is_brought_to_todays_and_stays_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
    monkeypatch.setattr(overlay, "FORM", 2)
    monkeypatch.setattr(overlay, "UPGRADES", {1: _later})
    async with drafting_city(tmp_path) as city:
        assert saves(city)
        assert "from: 23:45" in city.text()
        assert not city.alarm("published_not_in_force")
        assert not city.desk.versions().versions[0].unreadable


def _later(files: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text.replace("from: 23:30", "from: 23:45") for name, text in files.items()}


async def test_a_death_between_journal_and_store_leaves_the_old_version_whole_and_says_so(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        proposal = await city.desk.publish("half", LIN, reason="trying")
        keeper = city.assembly.keeper
        whole = keeper.keep_now

        async def dies(changes: list[Change]) -> None:
            if any(isinstance(one, PutRecord) and one.kind == VERSION for one in changes):
                raise Died
            await whole(changes)

        keeper.keep_now = dies  # type: ignore[method-assign,assignment]  # the process ends here: nothing after it runs
        with pytest.raises(Died):
            await city.confirmed(proposal.id)
        keeper.keep_now = whole  # type: ignore[method-assign]
    async with drafting_city(tmp_path) as city:
        assert not saves(city)
        assert city.desk.get("half").state == "proven", "the draft and its proof are still there"
        await city.clock.sleep(1.0)
        assert (await city.confirmed(proposal.id)).accepted, "the proposal still waits, and is carried out whole"
        assert saves(city)
    void = read(tmp_path / "data", kind="lighting_published_void")
    assert [line.data["proposal"] for line in void] == [proposal.id]


class Died(BaseException):
    """The end of a process, as far as the code under it can tell."""


async def test_a_store_that_takes_nothing_publishes_nothing(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        proposal = await city.desk.publish("half", LIN, reason="trying")
        whole = city.assembly.keeper.keep_now

        async def full(changes: list[Change]) -> None:
            if any(isinstance(one, PutRecord) and one.kind == VERSION for one in changes):
                raise StoreError("the disk is full")
            await whole(changes)

        city.assembly.keeper.keep_now = full  # type: ignore[method-assign,assignment]  # a full disk, at this moment
        outcome = await city.confirmed(proposal.id)
        city.assembly.keeper.keep_now = whole  # type: ignore[method-assign]
        assert (outcome.accepted, outcome.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert not saves(city)
        assert (await city.confirmed(proposal.id)).accepted
        assert saves(city)


async def test_a_recording_keeps_the_published_files_so_that_a_replay_loads_exactly_what_ran(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
        await city.clock.sleep(10.0)
        config_hash = city.assembly.site.config_hash
    kept = kept_site(tmp_path / "data" / FOLDER, config_hash)
    assert kept is not None
    site = load_site(kept)
    assert site.config_hash == config_hash
    assert site.lighting.programs["all-night"].savings


async def test_a_group_that_changes_is_told_with_who_comes_and_who_goes(tmp_path: Path) -> None:
    group = "groups: [{{name: quay, title: {{zh: 岸, en: Quay}}, lights: [{0}]}}]\n"
    async with drafting_city(tmp_path) as city:
        await city.desk.new("one", LIN)
        await city.desk.put("one", LIN, {"groups.yaml": group.format(f"{LC1}/K1, {LC1}/K2")})
        await city.desk.prove("one", LIN)
        assert "new groups: quay" in city.desk.proof("one").report.notes
        assert (await city.published("one")).accepted
        await city.desk.new("two", LIN)
        await city.desk.put("two", LIN, {"groups.yaml": group.format(f"{LC2}/K1, {LC1}/K2")})
        notes = (await city.desk.prove("two", LIN)).report.notes
        assert f"group quay: 2 → 2 lights; + {LC2}/K1; − {LC1}/K1" in notes


async def test_a_proof_speaks_of_the_calendar_alone_and_not_of_what_a_state_would_do_every_night(
    tmp_path: Path,
) -> None:
    async with drafting_city(tmp_path) as city:
        (tmp_path / "config" / "site" / "states.yaml").write_text(STATE, encoding="utf-8")
        await city.desk.new("same", LIN)
        job = city.assembly.publishing.office.job(city.assembly.publishing.office.shelf.draft("same"), prove=True)
        report, _ = tried(replace(job, nights=7))
        assert [one.text_en for one in report.findings if one.kind == "unused_programs"] == []


async def test_a_draft_that_was_overtaken_says_so_wherever_it_is_looked_at(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.desk.new("late", LIN)
        await city.drafted("half", WHOLE, HALF)
        assert (await city.published("half")).accepted
        proof = await city.desk.prove("late", WANG)
        assert not proof.holds
        assert "version 1 is now, and publishing would undo it" in proof.why_not


async def test_whoever_confirms_reads_the_towns_own_clock(tmp_path: Path) -> None:
    async with drafting_city(tmp_path) as city:
        await city.drafted("half", WHOLE, HALF)
        proposal = await city.desk.publish("half", LIN, reason="trying")
        assert (
            f"drafted from version 0, in force, proven {DUSK.astimezone(TZ):%Y-%m-%d %H:%M} by"
            in proposal.wording.lines[-1]
        )
