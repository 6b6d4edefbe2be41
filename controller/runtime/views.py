"""What people and machines are told: read-only snapshots of the running controller, ready to be shown or serialised.

Times are aware wall-clock datetimes in UTC; ages and remaining times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.points import Value
from controller.domain.tags import Tag
from controller.runtime.conditions.views import DeclarationView, ProposedState, SwitchView
from controller.runtime.timetables.views import NO_TABLES, TimetableCounts


@dataclass(frozen=True, slots=True)
class PointView:
    """One point: value, unit, quality with its detail, and how old it is."""

    point: str
    value: Value | None
    unit: str
    quality: str
    detail: str
    source_time: datetime | None
    age_s: float | None
    """Seconds since it was received; None when it never was."""
    writable: bool


@dataclass(frozen=True, slots=True)
class SlotView:
    """One filled slot of a target."""

    slot: int
    name: str
    value: str
    owner: str
    reason: str
    origin: str
    ticket: str
    since: datetime | None
    lease_id: str | None
    expires: datetime | None
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class InterlockView:
    """An interlock that acts on the target now, and what would clear it."""

    id: str
    ruling: str
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a target is as it is: who wins, who is masked, which interlock acts, what happens when each lease ends."""

    target: str
    kind: str
    name: str
    wanted: str
    actual: str
    """What the independent feedback says: ``on``, ``off``, ``2 running``, ``unknown (comm_fault)``."""
    agrees: bool | None
    """Whether actual matches wanted; None while unknown."""
    phase: str
    """What the sequencer is doing about it, for people."""
    winner: SlotView
    masked: tuple[SlotView, ...]
    interlocks: tuple[InterlockView, ...]
    after_leases: tuple[str, ...]
    """One sentence per lease: ``at 03:12 the district order ends; schedule (on) would win``."""
    link: str
    text_en: str
    text_zh: str
    tags: tuple[Tag, ...] = ()
    """Maintenance tags that bind it, oldest first."""
    switch: SwitchView | None = None
    """Its LOCAL/REMOTE switch, where that keeps the centre out or is vouched for."""
    states: tuple[DeclarationView, ...] = ()
    """Operating states declared where it stands, gravest first."""
    zh: str = ""
    """The whole answer for whoever stands at the telephone, in Chinese: state and proof, who decides and why, who is
    masked, what holds it, what comes next; by day also why it burns by day."""
    en: str = ""
    """The same in English."""


@dataclass(frozen=True, slots=True)
class OutputView:
    """One target of an asset in a list."""

    target: str
    kind: str
    name: str
    wanted: str
    slot: str
    actual: str
    agrees: bool | None
    tag: str = ""
    """The oldest maintenance tag that binds it, in a line; empty when none does."""
    owner_class: str = ""
    """What it is to rights: road_lighting, landscape_lighting, poles, pumps, gates."""


@dataclass(frozen=True, slots=True)
class AssetView:
    """One asset with its link and outputs. ``kind``: cabinet | pole | station | gauge."""

    id: str
    kind: str
    name: str
    division: str
    lat: float
    lon: float
    link: str
    ready: bool
    outputs: tuple[OutputView, ...]
    tags: tuple[Tag, ...] = ()
    """Maintenance tags on it or any of its outputs, oldest first."""
    switch: SwitchView | None = None
    """Its LOCAL/REMOTE switch, where that keeps the centre out or is vouched for."""
    street: str = ""
    road: str = ""
    grade: str = ""
    """Lighting grade of a cabinet: special, first, second; empty for everything else."""


@dataclass(frozen=True, slots=True)
class CommandView:
    """One command and how far it got. ``history`` lists (state, when, remark)."""

    id: str
    target: str
    write: str
    slot: str
    owner: str
    reason: str
    state: str
    cause: str
    created: datetime
    history: tuple[tuple[str, datetime, str], ...]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm. ``state``: NORM | UNACK | ACKED | RTNUN | LATCHED | SHELVED | SUPPRESSED | OUT_OF_SERVICE (ISA-18.2);
    ``priority`` 1 (highest) … 4.

    ``respond_by``: when the time allowed for an answer is over. ``times``: how often it came since it was last normal
    and seen. ``folded``: how many others are hidden behind it; ``suppressed_by``: behind which it is hidden itself.
    ``tag``: the maintenance tag that takes it out of service. A ``life_safety`` one can't be shelved.
    """

    id: str
    source: str
    condition: str
    text: str
    priority: int
    state: str
    raised: datetime
    cleared: datetime | None
    acknowledged_by: str
    text_zh: str = ""
    title_zh: str = ""
    title_en: str = ""
    consequence_zh: str = ""
    consequence_en: str = ""
    response_zh: str = ""
    response_en: str = ""
    respond_by: datetime | None = None
    acknowledged: datetime | None = None
    times: int = 1
    chattering: bool = False
    folded: int = 0
    suppressed_by: tuple[str, ...] = ()
    shelved_until: datetime | None = None
    shelved_by: str = ""
    shelve_reason: str = ""
    tag: str = ""
    life_safety: bool = False


@dataclass(frozen=True, slots=True)
class LightingTotals:
    """Circuits and lamps by proven state. Unknown is shown apart, never counted as on."""

    circuits: int
    circuits_on: int
    circuits_off: int
    circuits_unknown: int
    circuits_disagree: int
    lamps: int
    lamps_on: int
    lamps_unknown: int
    power_kw: float


@dataclass(frozen=True, slots=True)
class StationSummary:
    """One line per station."""

    id: str
    name: str
    mode: str
    order: str
    running: int | None
    """Units proven running; None while one of them cannot be told."""
    units: int
    inner_level_m: float | None
    outer_level_m: float | None
    quality: str
    control: str = ""
    """LOCAL | REMOTE-MANUAL | REMOTE-AUTO: whose hands it is in; ``control_by``: whose exactly."""
    control_by: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole city on one screen."""

    site: str
    timezone: str
    """IANA name of the site's time zone: what every time here is shown in to people."""
    now: datetime
    night: str
    """Date of the night (or coming night) this moment belongs to, ``2026-06-21``."""
    speed: float
    ready: bool
    devices: int
    devices_online: int
    lighting: LightingTotals
    stations: tuple[StationSummary, ...]
    gauges: tuple[tuple[str, str, float | None, str, str], ...]
    """(id, name, value, unit, quality)."""
    alarms_unacknowledged: int
    leases: int
    journal_ok: bool
    tags: int = 0
    """Maintenance tags that hang."""
    switches_away: int = 0
    gauges_excluded: int = 0
    """Devices whose LOCAL/REMOTE switch keeps the centre out."""
    states: tuple[DeclarationView, ...] = ()
    """Operating states in force, gravest first."""
    proposed: tuple[ProposedState, ...] = ()
    """Operating states the rules would propose and nobody has declared."""
    bypassed: tuple[str, ...] = ()
    """One line per bypassed interlock, each beginning with the word BYPASSED."""
    timetables: TimetableCounts = NO_TABLES
    drill: str = ""
    """``【演练 DRILL】`` and what is drilled, where this is no city but a drill."""
    """How many cabinets' own fallback equals the programs."""


@dataclass(frozen=True, slots=True)
class CycleStats:
    """How one discipline's cycle keeps up."""

    discipline: str
    cycles: int
    last_ms: float
    worst_ms: float
    overruns: int
    last_end_age_s: float


@dataclass(frozen=True, slots=True)
class Health:
    """``alive``: the cycles run; ``ready``: every device that can be read has been read once since the start."""

    alive: bool
    ready: bool
    version: str
    started: datetime
    reasons: tuple[str, ...]
    cycles: tuple[CycleStats, ...]
    drill: str = ""
    """The run of a drill (演练) where this is none of the city's controllers but a drill's."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person or machine asks: ``value`` in the text form of the target's kind; lease in seconds.

    ``slot``: ``district_manual`` unless said; ``take_over`` takes a slot another owner holds, on the record.
    ``request_id``: idempotency key; the same key never acts twice, also across restarts. ``scope`` and ``knife``:
    what the switch was thrown for, when the targets were found by it. ``urgent``: staging is compressed.
    """

    targets: tuple[str, ...]
    value: str
    for_s: float
    reason: str
    slot: str = "district_manual"
    ticket: str = ""
    take_over: bool = False
    request_id: str = ""
    scope: str = ""
    knife: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """What became of an order for one target when it was taken: ACCEPTED, or REJECTED with the cause and what to do."""

    target: str
    accepted: bool
    cause: str
    text: str
    lease_id: str | None
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an order, release or reset, one outcome per target."""

    request_id: str
    outcomes: tuple[TargetOutcome, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One switching of a night: from when, what, and why."""

    at: datetime
    value: str
    cause: str


@dataclass(frozen=True, slots=True)
class NightView:
    """One target's program for one night, spread included: exactly when it will be told to switch."""

    target: str
    night: str
    program: str
    sunset: datetime
    sunrise: datetime
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What a reload did. ``applied`` false: nothing changed and ``problems`` say why."""

    applied: bool
    config_hash: str
    changes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    restart_needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, as the live stream tells it.

    ``kind``: point | decision | command | alarm | link | lease | bypass | request.
    """

    sequence: int
    kind: str
    subject: str
    at: datetime
    data: dict[str, object] = field(default_factory=dict)
