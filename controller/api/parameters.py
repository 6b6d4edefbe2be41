"""Parameters that many routes share."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator

Id = Annotated[str, Path(min_length=1, max_length=192, description="The id lists and receipts name it by.")]
AssetId = Annotated[str, Path(max_length=64, description="Asset id, `division-class-serial`: `330106-LC-0001`.")]
Target = Annotated[str, Path(max_length=64, description="A station, or `asset/output`: `330106-LC-0001/K1`.")]
AlarmId = Annotated[str, Path(max_length=256, description="The alarm's id: `330106-LC-0001/K1:mismatch`.")]
TargetFilter = Annotated[str, Query(max_length=64, description="Only this target's.")]


def _written_out(text: object) -> object:
    """A day as ``2026-06-21`` and nothing else: a mere number would be read as seconds of an epoch."""
    if isinstance(text, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("write a day as 2026-06-21")
    return text


Day = Annotated[date, BeforeValidator(_written_out)]
NightOf = Annotated[Day | None, Query(description="Dated by its sunset; left out: tonight.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many.")]
