"""What people are shown of water quality."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value. ``grade``: blue … red, empty below all; ``worse_by``: within the trend's time; None: not known."""

    parameter: str
    title_zh: str
    title_en: str
    unit: str
    value: float | None
    grade: str
    unfit: float
    fit: float
    worse_by: float | None = None


@dataclass(frozen=True, slots=True)
class QualityGaugeView:
    """One gauge: whether its water is fit to draw from (None: not known), and why not."""

    gauge: str
    name: str
    fit: bool | None
    text_en: str
    text_zh: str
    values: tuple[ValueView, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityView:
    """Every gauge that is judged."""

    gauges: tuple[QualityGaugeView, ...]
