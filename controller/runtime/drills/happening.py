"""What happened in a drill, read from its truth and its journal: the waters as they were, and what people did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain.errors import StoreError
from controller.logic.alarm_life import AlarmState
from controller.logic.drills.happened import Act, AlarmLife, Happened, Injected, Move, Sample, Trip
from controller.runtime.drills.folder import DrillFolder
from controller.store.journal_read import read
from controller.store.lines import Record

_ASKING = frozenset({AlarmState.UNACK, AlarmState.LATCHED})
_ACTS: Mapping[str, tuple[str, str]] = {
    "order": ("下令", "ordered"),
    "release": ("撤令", "released"),
    "reset": ("复归", "reset"),
    "plan_started": ("启动预案", "started a plan"),
    "plan_answer": ("答复预案", "answered a plan"),
    "plan_pause": ("暂停预案", "paused a plan"),
    "plan_resume": ("继续预案", "resumed a plan"),
    "plan_abort": ("中止预案", "aborted a plan"),
    "dispatch_order": ("调度令", "dispatch order"),
    "state_declared": ("宣布状态", "declared a state"),
    "state_renewed": ("延续状态", "renewed a state"),
    "state_ended": ("解除状态", "ended a state"),
    "state_dismissed": ("搁置建议", "dismissed a proposal"),
    "proposal_confirmed": ("第二人确认", "confirmed as second person"),
    "countersign": ("补签", "countersigned"),
    "bypass": ("旁路联锁", "bypassed an interlock"),
    "tag_hung": ("挂检修牌", "hung a maintenance tag"),
    "tag_removed": ("摘检修牌", "took a maintenance tag down"),
    "automation_resumed": ("恢复自动", "let automation resume"),
}
"""Acts of people that stand in a drill's timeline, by the kind of their journal line."""
_ISSUED = frozenset({"issued", "issue", "phone", "entered", "noted_by_phone"})
MACHINES = ("controller", "plan/", "local-cli:", "field", "optimiser")


def happened_in(folder: DrillFolder) -> Happened:
    """Everything so far.

    Raises:
        StoreError: record or journal cannot be read.
    """
    record = folder.record
    zone = ZoneInfo(record.timezone)
    truth = _Truth(zone)
    truth.take(folder.lines())
    lines = _journal(folder)
    began = record.began.astimezone(zone)
    moments = [began, *(one.at for one in truth.samples[-1:]), *(line.wall.astimezone(zone) for line in lines[-1:])]
    return Happened(
        began,
        max(moments),
        tuple(truth.samples),
        tuple(truth.moves),
        tuple(truth.trips),
        tuple(_alarms(lines, zone)),
        tuple(_acts(lines, zone)),
        tuple(truth.injected),
    )


def _journal(folder: DrillFolder) -> list[Record]:
    """Its lines; a drill that never came to have a journal has none."""
    try:
        return list(read(folder.path))
    except StoreError:
        if not any(folder.path.glob("journal.sqlite*")):
            return []
        raise


class _Truth:
    """The truth's lines, sorted out."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.samples: list[Sample] = []
        self.moves: list[Move] = []
        self.trips: list[Trip] = []
        self.injected: list[Injected] = []

    def take(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """All of them."""
        for line in lines:
            at = datetime.fromisoformat(line["at"]).astimezone(self._zone)
            match line["what"]:
                case "sample":
                    self.samples.append(Sample(at, line["levels"], line["flow"], line["kw"], line["back"]))
                case "move":
                    self.moves.append(Move(at, line["unit"], line["runs"], line["gate"]))
                case "trip":
                    self.trips.append(Trip(at, line["unit"], line["why"]))
                case "injected":
                    self.injected.append(Injected(at, line["zh"], line["en"]))


def _alarms(lines: Iterable[Record], zone: ZoneInfo) -> Iterator[AlarmLife]:
    """Alarms that asked for a person, each time they did. One that was hidden or put aside asks for nobody."""
    asking: dict[str, AlarmLife] = {}
    for line in lines:
        if line.kind != "alarm":
            continue
        said, at = line.data, line.wall.astimezone(zone)
        name, state = str(said["id"]), AlarmState(said["state"])
        if state in _ASKING and name not in asking:
            asking[name] = AlarmLife(name, str(said["text"]), int(said["priority"]), at)
        elif state is AlarmState.ACKED and name in asking:
            yield replace(asking.pop(name), acknowledged=at, by=line.actor)
        elif state.hidden or state is AlarmState.NORM:
            known = asking.pop(name, None)
            if known is not None and line.actor != "controller":
                yield replace(known, acknowledged=at, by=line.actor)
    yield from asking.values()


def _acts(lines: Iterable[Record], zone: ZoneInfo) -> Iterator[Act]:
    for line in lines:
        words = _ACTS.get(line.kind)
        if words is None or not line.actor or line.actor.startswith(MACHINES):
            continue
        about = _about(line)
        yield Act(
            line.wall.astimezone(zone),
            line.actor,
            f"{words[0]} {about}".strip(),
            f"{words[1]} {about}".strip(),
            order=_orders(line),
            declaration=line.kind == "state_declared" and str(line.data.get("discipline", "water")) == "water",
        )


def _orders(line: Record) -> bool:
    """Whether something was really ordered by it: an order that was refused for all its targets was not."""
    if line.kind == "dispatch_order":
        return str(line.data.get("what", "")) in _ISSUED
    return line.kind == "plan_started" or (line.kind == "order" and bool(line.data.get("accepted")))


def _about(line: Record) -> str:
    """What it was about, in a few words of the line itself."""
    said = line.data
    if line.kind == "order":
        taken = [one for one in said.get("accepted", ()) if isinstance(one, dict)]
        named = [f"{one.get('target', '')} {one.get('intent', {}).get('value', '')}".strip() for one in taken[:3]]
        return ", ".join(named) if named else f"{said.get('value', '')} ✖ 未受理 refused"
    if line.kind == "dispatch_order":
        orders = [str(one.get("order", "")) for one in said.get("orders", ()) if isinstance(one, dict)]
        return f"{said.get('what', '')} {', '.join(orders[:3])}".strip()
    named = [str(said[key]) for key in ("plan", "state", "run", "answer", "interlock", "proposal") if said.get(key)]
    return " ".join(named) or line.target
