"""Whether a source is fit to draw from, look by look: limits with hysteresis and times, and what blindness means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from controller.logic.water_quality.rules import Limits, Parameter, QualityGauge

Values = Mapping[Parameter, float | None]
"""GOOD values; None: not known."""


@dataclass(frozen=True, slots=True)
class QualityMemory:
    """``fit`` None: not known yet. Times are monotonic seconds."""

    fit: bool | None = None
    reason: str = "nothing was measured yet / 尚无水质数据"
    bad_since_s: float | None = None
    good_since_s: float | None = None
    blind_since_s: float | None = None


def follow_quality(rules: QualityGauge, values: Values, memory: QualityMemory, now_s: float) -> QualityMemory:
    """One look at one gauge."""
    worst = next(_past(rules, values), "")
    blind = [parameter for parameter in rules.limits if values.get(parameter) is None]
    if worst:
        return _bad(rules, worst, replace(memory, fit=None) if blind and memory.fit else memory, now_s)
    if blind:
        return _blind(rules, blind, memory, now_s)
    return _good(rules, values, replace(memory, blind_since_s=None), now_s)


def _past(rules: QualityGauge, values: Values) -> Iterator[str]:
    """Parameters at or past the limit from which water is unfit."""
    for parameter, limits in rules.limits.items():
        value = values.get(parameter)
        if value is not None and _worse(parameter, value, limits.unfit):
            than = "from" if parameter.rising_is_worse else "up to"
            yield (
                f"{parameter.en} is past its limit ({than} {limits.unfit:g} {parameter.unit}) / "
                f"{parameter.zh}超过限值 {limits.unfit:g} {parameter.unit}"
            )


def _bad(rules: QualityGauge, reason: str, memory: QualityMemory, now_s: float) -> QualityMemory:
    since_s = now_s if memory.bad_since_s is None else memory.bad_since_s
    memory = replace(memory, bad_since_s=since_s, good_since_s=None, blind_since_s=None)
    if memory.fit is True and now_s - since_s < rules.unfit_after_s:
        return memory
    return replace(memory, fit=False, reason=reason)


def _blind(rules: QualityGauge, blind: list[Parameter], memory: QualityMemory, now_s: float) -> QualityMemory:
    """Not known: nothing begins. Where it was fit, what runs goes on for a while; what was unfit stays so."""
    since_s = now_s if memory.blind_since_s is None else memory.blind_since_s
    memory = replace(memory, bad_since_s=None, good_since_s=None, blind_since_s=since_s)
    if memory.fit is False:
        return memory
    names_en, names_zh = ", ".join(one.en for one in blind), "、".join(one.zh for one in blind)
    if now_s - since_s >= rules.blind_s:
        minutes = rules.blind_s / 60.0
        reason = f"{names_en} has not been known for {minutes:g} min / {names_zh}已 {minutes:g} 分钟不明"
        return replace(memory, fit=False, reason=reason)
    return replace(memory, fit=None, reason=f"{names_en} is not known / {names_zh}不明")


def _good(rules: QualityGauge, values: Values, memory: QualityMemory, now_s: float) -> QualityMemory:
    """Within every limit; fit (again) only where every value is at its better limit, for long enough."""
    memory = replace(memory, bad_since_s=None)
    if memory.fit is True:
        return replace(memory, reason="")
    well = all(_well(parameter, values[parameter], limits) for parameter, limits in rules.limits.items())
    if not well:
        reason = memory.reason if memory.fit is False else "between its limits / 处于限值回差之间"
        return replace(memory, good_since_s=None, reason=reason)
    since_s = now_s if memory.good_since_s is None else memory.good_since_s
    if memory.fit is None or now_s - since_s >= rules.fit_after_s:
        return QualityMemory(fit=True, reason="")
    return replace(memory, good_since_s=since_s)


def _well(parameter: Parameter, value: float | None, limits: Limits) -> bool:
    return value is not None and (value <= limits.fit if parameter.rising_is_worse else value >= limits.fit)


def _worse(parameter: Parameter, value: float, limit: float) -> bool:
    return value >= limit if parameter.rising_is_worse else value <= limit
