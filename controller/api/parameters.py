"""Parameters that many routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

Id = Annotated[str, Path(min_length=1, max_length=192, description="The id lists and receipts name it by.")]
AssetId = Annotated[str, Path(max_length=64, description="Asset id, `division-class-serial`: `330106-LC-0001`.")]
Target = Annotated[str, Path(max_length=64, description="A station, or `asset/output`: `330106-LC-0001/K1`.")]
AlarmId = Annotated[str, Path(max_length=256, description="The alarm's id: `330106-LC-0001/K1:mismatch`.")]
TargetFilter = Annotated[str, Query(max_length=64, description="Only this target's.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many.")]
