"""``set`` and ``stop``: people's hands on the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from controller.cli.asking import acts, protects
from controller.cli.client import API, ApiClient
from controller.cli.durations import parse_duration

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the journal.")]
Lasting = Annotated[str, typer.Option("--for", help="How long it lives: 90s, 30m, 2h, 1h30m.")]
Ticket = Annotated[str, typer.Option("--ticket", help="Work order or dispatch order number.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking, once the preview is printed.")]
Follow = Annotated[
    bool,
    typer.Option("--follow/--no-follow", help="Watch what comes of it: the second person, then the field's proof."),
]


@dataclass(frozen=True, slots=True)
class Query:
    """Lights asked for by where and what they are."""

    division: str = ""
    street: str = ""
    road: str = ""
    grade: str = ""
    lights: str = ""

    def __bool__(self) -> bool:
        return any((self.division, self.street, self.road, self.grade, self.lights))


@acts
def set_(
    client: ApiClient,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[TARGET]... VALUE",
            help="Stations or asset/output (330106-LC-0001/K1), then what they shall be: on | off (circuit); "
            "60% (luminaire); 'text: …' (display); start | stop | auto | 'speed 80%' (unit); "
            "open | close | hold | 40% (gate); "
            "'count 2' | 'level 2.30' | 'flow 60' | hold | hand-back (station).",
        ),
    ],
    lasting: Lasting,
    reason: Reason,
    slot: Annotated[
        str, typer.Option("--slot", help="Priority: district_manual, city_manual, or emergency_order when declared.")
    ] = "district_manual",
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Take the slot from whoever holds it; this is recorded.")
    ] = False,
    ticket: Ticket = "",
    division: Annotated[str, typer.Option("--division", help="Also every light of a division: 330106.")] = "",
    street: Annotated[str, typer.Option("--street", help="… of a street office: 北山街道.")] = "",
    road: Annotated[str, typer.Option("--road", help="… of a road: 文三路.")] = "",
    grade: Annotated[str, typer.Option("--grade", help="… of a grade: special, first or second.")] = "",
    lights: Annotated[str, typer.Option("--lights", help="… of a kind: road or landscape.")] = "",
    yes: Yes = False,
    follow: Follow = True,
) -> bool:
    """Order one or many TARGETs to be VALUE for a time, and watch what the field proves.

    What one person may do at once is done at once. Pumps, gates and groups are selected first: you see what would
    change, say y, and it is operated. What reaches further waits for a second person; you are told what they type.
    Every order ends: then the target is decided anew. Interlocks bind every order.

    Example: zhadao set 330106-LC-0001/K1 on --for 30m --reason "night repair"

    Example: zhadao set --road 文三路 --lights road on --for 2h --reason "festival"

    Exit code 0: accepted (and not disproved while watching). 1: refused, not confirmed, or the field did not obey.
    """
    from controller.cli.ordering import Ordering, targets_of

    *named, value = words
    order: dict[str, object] = {
        "targets": targets_of(client, named, Query(division, street, road, grade, lights), value),
        "value": value,
        "for_s": parse_duration(lasting),
        "reason": reason,
        "slot": slot,
        "ticket": ticket,
        "take_over": take_over,
    }
    return Ordering(client, yes=yes, follow=follow).give(order)


@protects
def stop(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="ONE unit, gate, circuit or lamp: 330102-PS-0001/P1.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; may be left out, the stop does not wait for it.")] = "",
) -> bool:
    """EMERGENCY 紧急停止: stop one unit, close or halt one gate, cut one circuit. Now, by one person, nobody is asked.

    It is latched in the highest slot until two people take it back (`zhadao take-back`). It is attempted even at LOCAL
    or out of reach, and then says NOT ASSURED: send somebody.

    Example: zhadao stop 330102-PS-0001/P1 --reason "smoke at the motor"

    Exit code 0: latched. 1: refused (the text says why), or the field did not obey while watching. 3: no controller.
    """
    from controller.cli.following import follow
    from controller.cli.receipts import ask_receipt, tell

    latched = tell(client, ask_receipt(client, f"{API}/stops", {"target": target, "reason": reason}))
    print(f"  in the name of {client.name} 操作人; taken back by two people: zhadao take-back {target}{client.again}")
    return latched and follow(client, target, None, frozenset(), slot="life_safety")


@acts
def take_back(
    client: ApiClient,
    target: Annotated[str, typer.Argument(help="What was stopped: 330102-PS-0001/P1.")],
    reason: Annotated[str, typer.Option("--reason", help="What was found on site, and that it is gone.")],
    follow: Follow = True,
) -> bool:
    """Propose to take an emergency stop back 解除紧急停止; a second person confirms, then it is decided anew.

    Example: zhadao take-back 330102-PS-0001/P1 --reason "coupling replaced"

    Exit code 0: confirmed, or waiting with --no-follow. 1: refused or not confirmed.
    """
    from controller.cli.ordering import propose

    return propose(client, f"{API}/stops/return", {"target": target, "reason": reason}, follow=follow)
