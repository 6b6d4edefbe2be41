"""Programs of others in TALQ's words, taken for a draft: whatever we would not follow the same way is refused by name.

Taken are the two shapes ``schedules.talq`` says exactly: by the sun (one ``AstroClockActivePeriod``) and by the clock
(no active period). What was read is written out again and has to be what was sent: nothing is dropped or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from controller.domain.errors import InvalidValue
from schedules.program import DARK, FULL, Program, Title
from schedules.talq import program_in_talq
from schedules.talq_reading import program_from_talq
from schedules.talq_references import OWN, refused, text_in
from schedules.talq_words import Json, command

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:00")
_NOON = "12:00:00"
MOST_SIGNS = 100
"""No name of a program is longer."""
_KNOWN = frozenset(
    {
        "type",
        "id",
        "ownerCMS",
        "name",
        "description",
        "activePeriods",
        "fixedTimeControls",
        "astroClockTimeControls",
        "dynamicControls",
        OWN,
    }
)


def program_taken(said: Mapping[str, Any]) -> Program:
    """A ``ControlProgramOne`` as a program of ours.

    Raises:
        InvalidValue: naming TALQ's field: another type, a name ours cannot have, sensors, other periods or operations,
            ramps, seconds, or levels of which it is not said what holds at noon, when a night begins.
    """
    _only(said, _KNOWN, "")
    if said.get("type") != "ControlProgramOne":
        raise refused("type", f"is {said.get('type')!r}", "ControlProgramOne is followed here 仅支持ControlProgramOne")
    name, owner = text_in(said, "id"), text_in(said, "ownerCMS")
    if not _NAME.fullmatch(name):
        raise refused("id", f"{name!r} cannot be a name here", "small letters, digits and dashes: road-half-night")
    if said.get("dynamicControls"):
        todo = "leave it out; conditions on values are written in the draft (values) 动态控制请在草案中编写"
        raise refused("dynamicControls", "are a sensor's", todo)
    plain: Json = {
        "type": "ControlProgramOne",
        "id": name,
        "ownerCMS": owner,
        "activePeriods": _periods(said),
        "fixedTimeControls": _fixed(said),
        "dynamicControls": [],
    }
    if plain["activePeriods"]:
        plain["astroClockTimeControls"] = _by_sun(said)
    elif said.get("astroClockTimeControls"):
        raise refused("astroClockTimeControls", "stand beside no period of the sun", "add an AstroClockActivePeriod")
    return replace(_same(plain, owner), title=_title(said, name))


def _same(plain: Json, owner: str) -> Program:
    """Read, and written out again it says the same."""
    program = program_from_talq(plain)
    again = program_in_talq(program, owner)
    lacks = "; ".join(one.en for one in again.unsaid)
    for field in ("activePeriods", "fixedTimeControls", "astroClockTimeControls"):
        if lacks or again.talq.get(field, []) != plain.get(field, []):
            todo = f"it would not be followed the same way here{f' ({lacks})' if lacks else ''}: write it in the draft"
            raise refused(field, "cannot be taken over as it is", f"{todo} 无法等效执行，请在草案中编写")
    return program


def _title(said: Mapping[str, Any], name: str) -> Title:
    own = said.get(OWN) or {}
    title = own.get("title") if isinstance(own, Mapping) else None
    if isinstance(title, Mapping) and all(isinstance(one, str) for one in title.values()):
        return Title(title.get("zh") or name, title.get("en") or name)
    if own:
        raise refused(OWN, "is not understood", "write {title: {zh, en}} or leave it out")
    called = said.get("name") or name
    if not isinstance(called, str) or not called.isprintable() or len(called) > MOST_SIGNS:
        raise refused("name", "is no name", f"one line of at most {MOST_SIGNS} characters, or leave it out")
    return Title(called, called)


def _list(said: Mapping[str, Any], field: str) -> Sequence[Mapping[str, Any]]:
    found = said.get(field, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise refused(field, "is no list of objects", "see TALQ 2.7.1")
    return found


def _only(said: Mapping[str, Any], known: Collection[str], where: str) -> None:
    strange = sorted(str(key) for key, value in said.items() if key not in known and value not in (None, [], {}))
    if strange:
        raise refused(
            f"{where}{strange[0]}", "is not followed here", f"leave it out; there are {', '.join(sorted(known))}"
        )


def _whole(said: Mapping[str, Any], field: str, where: str) -> int:
    value = said.get(field)
    if type(value) is not int:
        raise refused(f"{where}{field}", f"is {value!r}", "whole minutes are needed")
    return value


def _periods(said: Mapping[str, Any]) -> list[Json]:
    found = []
    for n, one in enumerate(_list(said, "activePeriods")):
        where = f"activePeriods[{n}]."
        if n or one.get("name") != "AstroClockActivePeriod":
            todo = "one AstroClockActivePeriod or none is followed; write sensors in the draft (lux) 仅支持天文钟时段"
            raise refused(f"{where}name", f"is {one.get('name')!r}", todo)
        _only(one, {"name", "sunsetOffset", "sunriseOffset"}, where)
        offsets = {name: _whole(one, name, where) for name in ("sunsetOffset", "sunriseOffset")}
        found.append({"name": one["name"], **offsets})
    return found


def _fixed(said: Mapping[str, Any]) -> list[Json]:
    found: list[Json] = []
    for n, one in enumerate(_list(said, "fixedTimeControls")):
        where, start = f"fixedTimeControls[{n}].", one.get("startTime")
        _only(one, {"startTime", "command"}, where)
        if not isinstance(start, str) or not _CLOCK.fullmatch(start):
            raise refused(f"{where}startTime", f"is {start!r}", "hh:mm:00 is needed: programs switch by the minute")
        found.append({"startTime": start, "command": _command(one, where)})
    starts = [str(one["startTime"]) for one in found]
    if starts != sorted(set(starts)):
        raise refused("fixedTimeControls", "are not in the order of their times", "each later than the one before")
    if _NOON not in starts:
        todo = f"a night begins at noon (dayOffset 12): add the control that holds from {_NOON} 请补充正午起的控制"
        raise refused("fixedTimeControls", "leave open what holds from noon on", todo)
    return _without_repeats(found)


def _without_repeats(found: list[Json]) -> list[Json]:
    """Controls that change nothing left out, counted from noon."""
    noon = [str(one["startTime"]) for one in found].index(_NOON)
    night = [*found[noon:], *found[:noon]]
    kept = [one for n, one in enumerate(night) if n == 0 or one["command"] != night[n - 1]["command"]]
    return sorted(kept, key=lambda one: str(one["startTime"]))


def _by_sun(said: Mapping[str, Any]) -> list[Json]:
    found = []
    for n, one in enumerate(_list(said, "astroClockTimeControls")):
        where = f"astroClockTimeControls[{n}]."
        _only(one, {"offset", "solarEventType", "operation", "command"}, where)
        if one.get("operation") != "Min":
            raise refused(
                f"{where}operation", f"is {one.get('operation')!r}", "Min is what energy saving does 仅支持Min"
            )
        if one.get("solarEventType") not in ("sunset", "sunrise"):
            raise refused(f"{where}solarEventType", f"is {one.get('solarEventType')!r}", "sunset or sunrise")
        found.append(
            {
                "offset": _whole(one, "offset", where),
                "solarEventType": one["solarEventType"],
                "operation": "Min",
                "command": _command(one, where),
            }
        )
    return found


def _command(said: Mapping[str, Any], where: str) -> Json:
    order = said.get("command")
    if not isinstance(order, Mapping):
        raise refused(f"{where}command", "is no object", "write {state}")
    if order.get("reason") not in (None, "default", "program"):
        raise refused(f"{where}command.reason", f"is {order['reason']!r}", "a program's commands are its own")
    _only({key: value for key, value in order.items() if value != 0}, {"state", "reason"}, f"{where}command.")
    state = order.get("state")
    kind, value = (state.get("name"), state.get("value")) if isinstance(state, Mapping) else (None, None)
    if kind == "LevelState" and type(value) is int and DARK <= value <= FULL:
        return command(float(value))
    if kind == "BooleanState" and isinstance(value, bool):
        return command(FULL if value else DARK)
    todo = "a LevelState (whole percent, 0 to 100) or a BooleanState 仅支持亮度或开关"
    raise refused(f"{where}command.state", f"is {kind!r} with {value!r}", todo)


def programs_taken(said: Sequence[Mapping[str, Any]]) -> list[Program]:
    """Several of them, none twice.

    Raises:
        InvalidValue: naming program and field.
    """
    found: list[Program] = []
    for n, one in enumerate(said):
        try:
            program = program_taken(one)
        except InvalidValue as error:
            raise InvalidValue(f"programs[{n}] {one.get('id', '')}: {error}") from error
        if program.id in {before.id for before in found}:
            raise InvalidValue(f"programs[{n}] {program.id}: {refused('id', 'comes twice', 'leave one of them out')}")
        found.append(program)
    return found
