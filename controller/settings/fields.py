"""The kinds of field the site's files are made of, and the strict model under all of them."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict


class Model(BaseModel):
    """A mapping in a file: unknown keys are refused, numbers are numbers and texts are texts."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


E = TypeVar("E", bound=Enum)
Word = Annotated[E, Strict(strict=False)]
"""One of a closed set of words."""

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?\Z")


def _seconds(text: Any) -> float:
    match = _DURATION.match(text) if isinstance(text, str) and text else None
    if match is None:
        raise ValueError("a duration is written 90s, 30m, 2h or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _digits(code: Any) -> Any:
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else code


Duration = Annotated[float, BeforeValidator(_seconds)]
"""Seconds, written ``90s``, ``30m``, ``2h``, ``1h30m``."""

DivisionCode = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^\d{6}$")]
"""A division's six digits (GB/T 2260), quoted or not."""

Output = Annotated[str, Field(pattern=r"^[A-Z]{1,3}[1-9]\d?$")]
"""An output of a device: ``K1``, ``P2``, ``G10``."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=120)]
