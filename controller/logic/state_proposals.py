"""What the rules would propose to declare: rain gathered over hours, levels against warning and guarantee levels.

Rain signals (FACTS): blue 50 mm in 12 h, yellow 50 mm in 6 h, orange 50 mm in 3 h, red 100 mm in 3 h. People declare;
nothing here sets anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from controller.domain.assets import Gauge
from controller.domain.operating import DisciplineName, OperatingState

HOUR_S = 3600.0
BUCKET_S = 600.0
"""Rain is summed up in pieces of this length."""
LONGEST_GAP_S = 900.0
"""A rate holds at most this long without news; what fell in a longer gap is unknown and counts as nothing."""
LEVEL_DEADBAND_M = 0.05
"""A level goes on proposing until it is this far below its limit, so that waves do not make it come and go."""


@dataclass(frozen=True, slots=True)
class RainRule:
    """``mm`` within ``within_s`` is this signal and proposes this state."""

    signal: str
    mm: float
    within_s: float
    state: OperatingState


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A level at its gauge's ``limit`` (``warning`` or ``guarantee``) proposes this state."""

    limit: str
    state: OperatingState


@dataclass(frozen=True, slots=True)
class ProposalRules:
    """When which state is proposed, and for which disciplines."""

    rain: tuple[RainRule, ...] = (
        RainRule("blue", 50.0, 12 * HOUR_S, OperatingState.FLOOD_IV),
        RainRule("yellow", 50.0, 6 * HOUR_S, OperatingState.FLOOD_III),
        RainRule("orange", 50.0, 3 * HOUR_S, OperatingState.FLOOD_II),
        RainRule("red", 100.0, 3 * HOUR_S, OperatingState.FLOOD_I),
    )
    levels: tuple[LevelRule, ...] = (
        LevelRule("warning", OperatingState.FLOOD_IV),
        LevelRule("guarantee", OperatingState.FLOOD_II),
    )
    disciplines: tuple[DisciplineName, ...] = (DisciplineName.WATER, DisciplineName.LIGHTING)

    @property
    def longest_s(self) -> float:
        """How far back rain is remembered."""
        return max((rule.within_s for rule in self.rain), default=0.0)


@dataclass(frozen=True, slots=True)
class RainMemory:
    """Rain of one gauge in pieces, oldest first: (when the piece ended, mm); monotonic seconds."""

    pieces: tuple[tuple[float, float], ...] = ()
    seen_s: float | None = None
    """When the rate was last known."""
    rate_mm_h: float = 0.0

    def within(self, window_s: float, now_s: float) -> float:
        """Millimetres in the last ``window_s``."""
        return sum(mm for ended_s, mm in self.pieces if ended_s > now_s - window_s)


def observe_rain(memory: RainMemory, rate_mm_h: float | None, now_s: float, keep_s: float) -> RainMemory:
    """The memory after a look at a gauge's rate; None when it is not GOOD."""
    pieces = memory.pieces
    if memory.seen_s is not None:
        elapsed_s = min(now_s - memory.seen_s, LONGEST_GAP_S)
        pieces = _added(pieces, memory.rate_mm_h * elapsed_s / HOUR_S, now_s)
    pieces = tuple(piece for piece in pieces if piece[0] > now_s - keep_s)
    if rate_mm_h is None:
        return RainMemory(pieces, None, 0.0)
    return RainMemory(pieces, now_s, rate_mm_h)


def _added(pieces: tuple[tuple[float, float], ...], mm: float, now_s: float) -> tuple[tuple[float, float], ...]:
    """Rain joins the last piece until that one is ``BUCKET_S`` long."""
    if mm <= 0.0:
        return pieces
    before_last_s = pieces[-2][0] if len(pieces) > 1 else float("-inf")
    if pieces and now_s - max(before_last_s, pieces[-1][0] - BUCKET_S) <= BUCKET_S:
        return (*pieces[:-1], (now_s, pieces[-1][1] + mm))
    return (*pieces, (now_s, mm))


@dataclass(frozen=True, slots=True)
class Advice:
    """One reading that proposes a state, in words."""

    state: OperatingState
    why_en: str
    why_zh: str


_SIGNALS_ZH = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
_LIMITS_ZH = {"warning": "警戒水位", "guarantee": "保证水位"}


def rain_advice(gauge: Gauge, memory: RainMemory, rules: Sequence[RainRule], now_s: float) -> list[Advice]:
    """The states this gauge's rain proposes."""
    found = []
    for rule in rules:
        mm = memory.within(rule.within_s, now_s)
        if mm >= rule.mm:
            hours = rule.within_s / HOUR_S
            en = f"{gauge.name}: {mm:.0f} mm in {hours:g} h ({rule.signal} rain signal from {rule.mm:g} mm)"
            zh = f"{gauge.name}：{hours:g}小时{mm:.0f}毫米，达暴雨{_SIGNALS_ZH.get(rule.signal, rule.signal)}信号标准"
            found.append(Advice(rule.state, en, zh))
    return found


def level_advice(
    gauge: Gauge, level_m: float | None, rules: Iterable[LevelRule], standing: frozenset[OperatingState]
) -> list[Advice]:
    """The states this gauge's level proposes; ``standing``: those it proposed before. A level not GOOD changes none."""
    found = []
    for rule in rules:
        limit = gauge.warning if rule.limit == "warning" else gauge.guarantee
        if limit is None:
            continue
        if level_m is None:
            if rule.state in standing:
                en = f"{gauge.name} was past its {rule.limit} level and cannot be read now"
                found.append(Advice(rule.state, en, f"{gauge.name}此前超{_LIMITS_ZH[rule.limit]}，目前读数不可用"))
            continue
        slack_m = LEVEL_DEADBAND_M if rule.state in standing else 0.0
        if level_m >= limit.value_m - slack_m:
            en = f"{gauge.name} stands at {level_m:.2f} m, {rule.limit} level {limit.value_m:.2f} m ({limit.datum})"
            zh = f"{gauge.name}水位{level_m:.2f}米，{_LIMITS_ZH[rule.limit]}{limit.value_m:.2f}米（{limit.datum}）"
            found.append(Advice(rule.state, en, zh))
    return found
