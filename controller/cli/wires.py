"""``endpoints``: how the wires to the field are doing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.asking import looks
from controller.cli.client import ApiClient
from controller.cli.options import AsJson

if TYPE_CHECKING:
    from controller.runtime.traffic.health import EndpointView

_TITLES = ("endpoint 端点", "state 状态", "online 在线", "lost 失联", "reply 应答", "round trip 往返", "troubles 异常")


@looks
def endpoints(
    client: ApiClient,
    every: Annotated[bool, typer.Option("--all", help="Also the endpoints on which nothing is wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """How each wire to the field is doing 通信端点: worst first; what went wrong on it since the start, by kind.

    Example: zhadao endpoints --all

    Exit code 0; 3 when no controller answers.
    """
    if as_json:
        print(json.dumps(client.get("/api/v1/endpoints"), ensure_ascii=False, indent=2))
        return
    from controller.runtime.traffic.health import EndpointView

    wires = client.get("/api/v1/endpoints", list[EndpointView])
    print("\n".join(_lines(wires, every=every)))


def _lines(wires: Sequence[EndpointView], *, every: bool) -> Iterator[str]:
    from controller.cli.texts import columns

    shown = [wire for wire in wires if every or _ails(wire)]
    if shown:
        yield from columns([_TITLES, *(_row(wire) for wire in shown)], indent="")
    for wire in shown:
        if wire.last_error and _ails(wire):
            yield f"{wire.endpoint}: {wire.last_error}"
    fine = len(wires) - len(shown)
    if fine:
        yield f"{fine} endpoints in order 正常端点 {fine} 个" + ("" if shown else " (--all lists them)")
    elif not shown:
        yield "no endpoints 无端点"


def _ails(wire: EndpointView) -> bool:
    return wire.state != "up" or wire.offline > 0 or wire.suspect > 0


def _row(wire: EndpointView) -> tuple[str, ...]:
    age = "never" if wire.reply_age_s is None else f"{wire.reply_age_s:.0f} s"
    troubles = ", ".join(f"{kind} {count}" for kind, count in wire.troubles.items()) or "none"
    lost = f"{wire.offline}" + (f" + {wire.suspect}?" if wire.suspect else "")
    online = f"{wire.online}/{len(wire.members)}"
    return (wire.endpoint, wire.state, online, lost, age, f"{wire.round_trip_ms:.0f} ms", troubles)
