"""Journal lines as text and JSON, and the times people say about them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.domain.errors import InvalidValue

if TYPE_CHECKING:
    from controller.store.lines import Record


def zone_named(name: str) -> ZoneInfo:
    """The time zone of a name.

    Raises:
        InvalidValue: there is none of it.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise InvalidValue(
            f"--zone {name}: no such time zone; an IANA name is wanted, such as Asia/Shanghai"
        ) from cause


def in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """What was said without a zone, in that zone."""
    return moment.replace(tzinfo=zone) if moment else None


def as_text_line(record: Record, zone: ZoneInfo) -> str:
    """A journal line for people."""
    from controller.cli.texts import clock_time

    about = " ".join(part for part in (record.actor, record.target) if part)
    data = json.dumps(dict(record.data), ensure_ascii=False)
    return f"{record.seq:>8}  {clock_time(record.wall, zone, '%Y-%m-%d %H:%M:%S')}  {record.kind}  {about}  {data}"


def as_json_line(record: Record) -> str:
    """A journal line for programs."""
    return json.dumps(
        {
            "seq": record.seq,
            "wall": record.wall.isoformat(),
            "kind": record.kind,
            "actor": record.actor,
            "target": record.target,
            "data": dict(record.data),
            "hash": record.hash,
        },
        ensure_ascii=False,
    )
