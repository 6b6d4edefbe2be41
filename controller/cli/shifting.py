"""``shift show|hand-over|take-over|acknowledge``: change of shift (交接班)."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.asking import acts, looks
from controller.cli.client import API, ApiClient
from controller.cli.options import AsJson
from controller.cli.printing import print_json

shift_app = typer.Typer(no_args_is_help=True, help="Change of shift 交接班: handed over by one, taken over by another.")
PATH = f"{API}/shift"
Note = Annotated[str, typer.Option("--note", help="What the next shift has to know besides.")]
Orders = Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Unfinished orders acknowledged.")]


@shift_app.command("show")
@looks
def show(client: ApiClient, as_json: AsJson = False) -> None:
    """Who has the shift, and everything that is unfinished 当班与未了事项.

    Example: zhadao shift show

    Exit code 0; 3 when no controller answers.
    """
    from controller.cli.order_texts import shift_lines
    from controller.runtime.shifts.views import ShiftsView

    if as_json:
        print_json(client.get(PATH))
        return
    found: ShiftsView = client.get(PATH, ShiftsView)
    print("\n".join(shift_lines(found, client.zone())))


@shift_app.command("hand-over")
@acts
def hand_over(client: ApiClient, note: Note = "") -> bool:
    """Hand over everything as it stands now 交班; another person takes it over.

    Example: zhadao shift hand-over --note "三堡 runs 3 units under 2026-0007"

    Exit code 0: handed over. 1: refused.
    """
    return _act(client, "hand-over", {"note": note})


@shift_app.command("take-over")
@acts
def take_over(
    client: ApiClient,
    orders: Orders = None,
    everything: Annotated[bool, typer.Option("--all", help="Acknowledge every unfinished order you see.")] = False,
    alone: Annotated[bool, typer.Option("--alone", help="Nobody handed over; say why with --note.")] = False,
    note: Note = "",
) -> bool:
    """Take the shift over 接班. Unfinished orders not named stay marked until somebody acknowledges them.

    Example: zhadao shift take-over 2026-0007 2026-0009

    Exit code 0: taken over. 1: refused.
    """
    from controller.runtime.dispatch_orders.views import DispatchOrderView

    numbers = list(orders or ())
    if everything:
        path = f"{API}/dispatch-orders"
        found: list[DispatchOrderView] = client.get(path, list[DispatchOrderView], unfinished=True)
        numbers = [one.number for one in found]
    return _act(client, "take-over", {"orders": numbers, "note": note, "alone": alone})


@shift_app.command("acknowledge")
@acts
def acknowledge(
    client: ApiClient, orders: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="Unfinished orders.")]
) -> bool:
    """Somebody of this shift has seen these orders 确认未办结调度令.

    Example: zhadao shift acknowledge 2026-0007

    Exit code 0: noted. 1: refused.
    """
    return _act(client, "orders", {"orders": orders})


def _act(client: ApiClient, what: str, body: dict[str, object]) -> bool:
    from controller.cli.receipts import settle
    from controller.runtime.shifts.views import ShiftReceipt

    return settle(client, f"{PATH}/{what}", body, ShiftReceipt).accepted
