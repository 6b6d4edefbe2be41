"""Landscape scenes from their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from controller.domain.errors import InvalidValue
from controller.domain.lights import LightClass
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.scopes import Scopes
from controller.settings.calendars import targets_of, when_of
from controller.settings.context import in_china
from controller.settings.lighting_models import SceneModel, SceneNightModel, ShowModel, StepModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.programs import title_of, understood
from schedules.program import Anchor, Show, TimePoint, parse_level, parse_time_point
from schedules.scenes import Scene, SceneNight, SceneStage, Step, show

NOON_MIN = 12 * 60


def scenes_of(
    entries: Sequence[Entry[SceneModel]], scopes: Scopes, places: Mapping[DeviceId, Place], findings: Findings
) -> tuple[Scene, ...]:
    """All scenes that can be made out; a circuit in two of them is noted. ``places``: where the assets stand."""
    found: list[Scene] = []
    in_scene: dict[TargetId, str] = {}
    for entry in entries:
        scene = _scene(entry, scopes, places, findings)
        if scene is None:
            continue
        twice = sorted(target for target in scene.members if target in in_scene)
        if twice:
            others = in_scene[twice[0]]
            findings.add(entry.spot.at("members"), f"{twice[0]} is in scene {others} already", "one scene per circuit")
        in_scene.update(dict.fromkeys(scene.members, scene.id))
        found.append(scene)
    return tuple(found)


def _scene(
    entry: Entry[SceneModel], scopes: Scopes, places: Mapping[DeviceId, Place], findings: Findings
) -> Scene | None:
    model, spot = entry.value, entry.spot
    before = len(findings.problems)
    members = targets_of(model.members, scopes, spot.at("members"), findings, LightClass.LANDSCAPE)
    if not members and len(findings.problems) == before:
        findings.add(spot.at("members"), "no landscape circuit among them", "a scene is for landscape lighting")
    hard_end = understood(parse_time_point, model.hard_end, spot.at("hard_end"), findings)
    nights = [_night(model, i, hard_end, spot, findings) for i in range(len(model.nights))]
    if len(findings.problems) > before or hard_end is None:
        return None
    place = _place(model, members, places, spot, findings)
    try:
        scene = Scene(
            id=model.id,
            title=title_of(model.title),
            members=members,
            place=place,
            hard_end=hard_end,
            nights=tuple(filter(None, nights)),
            scopes=tuple(model.members),
        )
        SceneStage(scene.id, place, hard_end)
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None
    return scene


def _place(
    model: SceneModel, members: frozenset[TargetId], places: Mapping[DeviceId, Place], spot: Spot, findings: Findings
) -> Place:
    """Where the scene's sun is taken: as said, or amid its members."""
    if model.sun_at is not None:
        place = Place(model.sun_at.lat, model.sun_at.lon)
        if not in_china(place.lat, place.lon):
            findings.add(spot.at("sun_at"), "lies outside China", "lat 3.5 to 53.6, lon 73.4 to 135.1 (WGS-84 degrees)")
        return place
    around = [places[device] for device in sorted({device_of(member) for member in members})]
    return Place(sum(one.lat for one in around) / len(around), sum(one.lon for one in around) / len(around))


def _night(
    scene: SceneModel, position: int, hard_end: TimePoint | None, spot: Spot, findings: Findings
) -> SceneNight | None:
    model, here = scene.nights[position], spot.at("nights", position)
    last = position == len(scene.nights) - 1
    if (model.when is None) is not last:
        message = "the last kind of night is for every other night" if last else "which nights?"
        findings.add(here, message, "leave its when out" if last else "say when: {days: [holiday]}")
        return None
    when = None if model.when is None else when_of(model.when, model.unless, here, findings)
    steps = list(_steps(model, scene, spot, here, findings))
    curfew = None
    if model.curfew is not None:
        curfew = understood(parse_time_point, model.curfew, here.at("curfew"), findings)
        if curfew and hard_end and _behind(curfew, hard_end):
            findings.add(here.at("curfew"), f"comes after the scene's hard end {hard_end}", "end it by then")
    shows = [one for i, said in enumerate(model.shows) for one in _shows(said, here.at("shows", i), findings)]
    _check_shows(shows, curfew or hard_end, here.at("shows"), findings)
    if not steps:
        findings.add(here, "no steps", "give the night or its scene steps: [{at: dusk, name: {…}, level: on}]")
        return None
    return SceneNight(title_of(model.name), when, tuple(steps), tuple(shows), curfew)


def _steps(model: SceneNightModel, scene: SceneModel, spot: Spot, here: Spot, findings: Findings) -> Iterator[Step]:
    said: Sequence[StepModel] = model.steps or scene.steps
    where = (here if model.steps else spot).at("steps")
    for position, step in enumerate(said):
        at = understood(parse_time_point, step.at, where.at(position, "at"), findings)
        percent = understood(parse_level, step.level, where.at(position, "level"), findings)
        if at is not None and percent is not None:
            yield Step(at, title_of(step.name), percent)


def _shows(model: ShowModel, spot: Spot, findings: Findings) -> Iterator[Show]:
    percent = understood(parse_level, model.level, spot.at("level"), findings)
    minutes, rest = divmod(model.length, 60.0)
    if rest:
        findings.add(spot.at("for"), "a show lasts whole minutes", "for: 15m")
        return
    for position, text in enumerate(model.at):
        at = understood(parse_time_point, text, spot.at("at", position), findings)
        if at is None or percent is None:
            continue
        try:
            yield show(at, int(minutes), percent, title_of(model.name))
        except InvalidValue as refused:
            findings.add(spot.at("for"), str(refused))


def _check_shows(shows: Sequence[Show], end: TimePoint | None, spot: Spot, findings: Findings) -> None:
    """Shows at clock times that run into each other, or past the night's end."""
    known = sorted((one for one in shows if _by_clock(one.start)), key=lambda one: _of_night(one.start))
    for one, other in pairwise(known):
        if _of_night(one.until) > _of_night(other.start):
            findings.add(spot, f"the shows at {one.start} and {other.start} overlap", "end one before the other begins")
    for one in known:
        if end is not None and _by_clock(end) and _behind(one.until, end):
            findings.add(spot, f"the show at {one.start} would last until {one.until}, past {end}", "begin it earlier")


def _behind(point: TimePoint, other: TimePoint) -> bool:
    return _by_clock(point) and _by_clock(other) and _of_night(point) > _of_night(other)


def _by_clock(point: TimePoint) -> bool:
    return point.anchor is Anchor.CLOCK


def _of_night(point: TimePoint) -> int:
    """Minutes from the night's noon."""
    return (point.minutes - NOON_MIN) % (24 * 60)
