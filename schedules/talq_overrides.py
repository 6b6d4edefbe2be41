"""Override commands in TALQ's words: ``OverrideCommand`` with ``addresses`` and a ``targetCommand``.

In TALQ an override without ``targetCommand`` ends the one there is, the last one wins, and one without ``expiration``
never ends. Here they stand in slots, belong to somebody, have a reason and end. What TALQ has no word for stands under
``zhadao``: ``reason``, ``slot``, ``knife``, ``take_over``, ``urgent``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from schedules.program import DARK, FULL
from schedules.talq_references import OWN, Reference, TalqError, references_in, refused
from schedules.talq_words import Json, Said, Unsaid, command

AHEAD_S = 60.0
"""So much later than our clock a ``start`` may be and still mean now: clocks differ."""
_FRACTION = Unsaid("a fraction of a percent: said as the next whole percent above", "小数百分比: 取更亮的整数")
_SCENE = Unsaid(
    "that it is one level of a scene: each level is a command of its own", "属于一个场景: 每个亮度各为一条命令"
)


class Reason(StrEnum):
    """TALQ's ``reason``: what kind of thing caused a command, never why somebody wanted it."""

    DEFAULT = "default"
    OVERRIDE = "override"
    SENSOR = "sensor"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Words:
    """What TALQ has no word for. ``slot`` empty: by the caller's rights; ``knife`` empty: the only one there is."""

    reason: str = ""
    slot: str = ""
    knife: str = ""
    take_over: bool = False
    urgent: bool = False
    scene: str = ""

    def in_talq(self) -> Json:
        """Those that say something."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value not in ("", False)}


@dataclass(frozen=True, slots=True)
class Override:
    """An ``OverrideCommand``. ``percent`` None: the override there is ends. ``ref`` is TALQ's ``cmsRefId``."""

    addresses: tuple[Reference, ...]
    percent: float | None
    start: datetime | None = None
    expiration: datetime | None = None
    ref: str = ""
    words: Words = field(default_factory=Words)

    @property
    def action(self) -> str:
        """The level in the words of the switch: ``on``, ``off``, ``60%``."""
        named = {FULL: "on", DARK: "off"}
        return "" if self.percent is None else named.get(self.percent, f"{self.percent:g}%")


def override_in_talq(override: Override) -> Said:
    """The override as TALQ writes it."""
    said: Json = {"addresses": [one.in_talq() for one in override.addresses]}
    unsaid: list[Unsaid] = []
    if override.percent is not None:
        said["targetCommand"] = {
            **command(override.percent),
            "reason": Reason.OVERRIDE.value,
            **({"cmsRefId": override.ref} if override.ref else {}),
            **({"start": _moment(override.start)} if override.start else {}),
            **({"expiration": _moment(override.expiration)} if override.expiration else {}),
        }
        if override.percent != int(override.percent):
            unsaid.append(_FRACTION)
    if override.words.scene:
        unsaid.append(_SCENE)
    own = override.words.in_talq()
    return Said({**said, OWN: own} if own else said, tuple(unsaid))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def override_from_talq(said: Mapping[str, Any]) -> Override:
    """An override as TALQ writes it.

    Raises:
        InvalidValue: with the field that cannot be followed here: no addresses, another state than a level or a
            switch, a ramp, a sensor's or program's command, times that are none.
    """
    addresses = references_in(said, "addresses")
    if not addresses:
        raise refused("addresses", "names nobody", "sensors of others drive no lights here", TalqError.ADDRESS)
    words = _words(said.get(OWN) or {})
    order = said.get("targetCommand")
    if order is None:
        return Override(addresses, None, words=words)
    if not isinstance(order, Mapping):
        raise refused("targetCommand", "is no object", "write {state, expiration}, or leave it out to end an override")
    _as_we_do(order)
    ref = order.get("cmsRefId") or ""
    if not isinstance(ref, str) or len(ref) > 64:
        raise refused(
            "targetCommand.cmsRefId", "is no text of at most 64 characters", "shorten it: it is kept as ticket"
        )
    start, ends = _time(order, "start"), _time(order, "expiration")
    return Override(addresses, _percent(order.get("state")), start, ends, ref, words)


def _words(own: object) -> Words:
    if not isinstance(own, Mapping):
        raise refused(OWN, "is no object", "write {reason, slot, knife}")
    strange = sorted(set(map(str, own)) - set(Words.__slots__))
    if strange:
        raise refused(f"{OWN}.{strange[0]}", "means nothing here", f"there are {', '.join(Words.__slots__)}")
    if own.get("scene"):
        raise refused(
            f"{OWN}.scene", "cannot be sent", "a command holds one level: throw the scene with the switch 场景"
        )
    return Words(**own)


def _as_we_do(order: Mapping[str, Any]) -> None:
    """Refuse what a command may say in TALQ and nobody here would do."""
    reason = order.get("reason", Reason.DEFAULT.value)
    if reason not in (Reason.DEFAULT, Reason.OVERRIDE):
        raise refused(
            "targetCommand.reason",
            f"is {reason!r}",
            "an override here is a person's or a machine's own",
            TalqError.COMMAND,
        )
    if order.get("refAddress"):
        raise refused("targetCommand.refAddress", "names a source", "leave it out: the caller is", TalqError.COMMAND)
    for ramp in ("rampToLevelTime", "rampFromLevelTime"):
        if order.get(ramp):
            raise refused(
                f"targetCommand.{ramp}",
                "cannot be held",
                "lights fade as their gear does: send 0 不支持渐变时间",
                TalqError.COMMAND,
            )


def _percent(state: object) -> float:
    name = state.get("name") if isinstance(state, Mapping) else None
    value = state.get("value") if isinstance(state, Mapping) else None
    if name == "LevelState" and type(value) is int and DARK <= value <= FULL:
        return float(value)
    if name == "BooleanState" and isinstance(value, bool):
        return FULL if value else DARK
    todo = "lights are told a LevelState (whole percent, 0 to 100) or a BooleanState 仅支持亮度或开关"
    raise refused("targetCommand.state", f"is {name!r} with {value!r}", todo, TalqError.COMMAND)


def _time(order: Mapping[str, Any], name: str) -> datetime | None:
    said = order.get(name)
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        todo = "write a date-time with its offset: 2026-06-22T22:00:00+08:00"
        raise refused(f"targetCommand.{name}", f"is {said!r}", todo)
    return at.astimezone(UTC)


def lease_s(override: Override, now: datetime) -> float:
    """How long an override that is given now would live, in seconds.

    Raises:
        InvalidValue: it begins later, never ends, or has ended already.
    """
    if override.start is not None and (override.start - now).total_seconds() > AHEAD_S:
        raise refused(
            "targetCommand.start", "lies ahead", "send it when it is due: nothing waits unseen", TalqError.COMMAND
        )
    if override.expiration is None:
        raise refused(
            "targetCommand.expiration",
            "is missing",
            "every order here ends: say when 每条指令必须有终止时间",
            TalqError.COMMAND,
        )
    left_s = (override.expiration - now).total_seconds()
    if left_s < 1.0:
        raise refused("targetCommand.expiration", "is over", "say a later one 已过期", TalqError.COMMAND)
    return left_s
