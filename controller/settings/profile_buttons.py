"""Buttons that cannot work, and plausibility limits that make no sense: found when the profile is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from controller.settings.parsing import Findings, Spot
from controller.settings.timing import Timing
from controller.settings.yaml_lines import YamlPath
from drivers.check import NUMBERS
from drivers.profile import NO_FEEDBACK, PointSpec, PointType, Profile, Role

READS_TO_FREEZE = 3
"""A value is called frozen only after at least so many reads could have seen it move."""


def check_buttons(points: Sequence[tuple[PointSpec, Spot]], findings: Findings) -> None:
    """Every button by itself and with its opposite. A group's button is reported once."""
    by_name = {spec.name: spec for spec, _ in points}
    told: set[YamlPath] = set()
    for spec, spot in points:
        if spec.pulse is None or spot.path in told:
            continue
        for message, hint in _impossible(spec, by_name):
            findings.add(spot.at("pulse"), message, hint)
            told.add(spot.path)


def _impossible(spec: PointSpec, by_name: Mapping[str, PointSpec]) -> Iterator[tuple[str, str]]:
    if spec.type is not PointType.BOOL:
        yield f"a {spec.type} can't be pressed", "a button is type: bool"
    if not spec.writable:
        yield "a button nobody may press", "say access: read_write"
    if spec.role is not Role.NONE:
        yield f"the {spec.role} is no button", "leave pulse out"
    opposite = None if spec.pulse is None else spec.pulse.opposite
    if opposite is not None:
        yield from _unpaired(spec, opposite, by_name)
    elif spec.feedback not in (None, NO_FEEDBACK):
        hint = "say pulse: {..., opposite: the button that undoes it}, or feedback: none for a mere reset"
        yield "a button with a state and no button that leads back", hint


def _unpaired(spec: PointSpec, opposite: str, by_name: Mapping[str, PointSpec]) -> Iterator[tuple[str, str]]:
    other = by_name.get(opposite)
    short = opposite.rpartition(".")[2]
    if other is None:
        yield f"no point {opposite}", f"add {short}, a button too, or correct its name"
    elif other.name == spec.name:
        yield "a button can't be its own opposite", "name the button of the other direction"
    elif other.pulse is None or other.pulse.opposite != spec.name:
        yield f"{opposite} is not the opposite of this button", f"say there pulse: {{..., opposite: {_short(spec)}}}"
    elif other.feedback != spec.feedback:
        yield f"{opposite} has another feedback", "both buttons lead to states of one feedback"


def implausible(spec: PointSpec) -> Iterator[tuple[str, str]]:
    """Limits of change that cannot be judged."""
    limited = spec.max_rate is not None or spec.frozen_after_s is not None
    if limited and spec.type not in NUMBERS:
        yield f"a {spec.type} has no rate and no rest", "max_rate and frozen_after_s are for numbers"
    if spec.frozen_after_s is None and (spec.frozen_band or spec.still_at):
        yield "frozen_band and still_at without frozen_after_s", "say frozen_after_s: 86400, or leave them out"
    for rest in spec.still_at:
        if (spec.low is not None and rest < spec.low) or (spec.high is not None and rest > spec.high):
            yield f"it can never rest at {rest:g}, outside its range", "see low and high"


def check_paces(timing: Timing, profiles: Mapping[str, Profile], spot: Spot, findings: Findings) -> None:
    """Profiles against the site's times: a press that outlasts its own deadline, a sensor frozen between two reads."""
    for profile in profiles.values():
        for spec in profile.points.values():
            held_s = 0.0 if spec.pulse is None else spec.pulse.width_s + spec.pulse.rest_s
            if held_s >= timing.command_deadline_s:
                message = f"profile {profile.id}: button {spec.name} is busy for {held_s:g} s a press"
                findings.add(
                    spot.at("timing", "command_deadline_s"), message, f"more than {held_s:g}, or press shorter"
                )
            least_s = READS_TO_FREEZE * timing.poll_s(spec.poll)
            if spec.frozen_after_s is not None and spec.frozen_after_s < least_s:
                message = f"profile {profile.id}: {spec.name} would be frozen between {READS_TO_FREEZE} reads"
                where = spot.at("timing", f"poll_{spec.poll}_s")
                findings.add(where, message, f"frozen_after_s at least {least_s:g} there, or a faster poll class")


def _short(spec: PointSpec) -> str:
    return spec.name.rpartition(".")[2]
