"""Operation tickets (操作票): ticked in order, each line by its operator and then by another person, the supervisor."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.errors import InvalidValue
from controller.logic.dispatch_orders.order import Signed, Ticket, TicketStep


def ticked(ticket: Ticket, nth: int, signed: Signed, *, supervisor: bool, executing: bool) -> Ticket:
    """One tick more. ``nth`` counts from 1.

    Raises:
        InvalidValue: no such line, not its turn, done already, or not by somebody who may.
    """
    if not 1 <= nth <= len(ticket.steps):
        raise InvalidValue(f"the ticket has lines 1 to {len(ticket.steps)}, not {nth} / 操作票无第 {nth} 项")
    line = ticket.steps[nth - 1]
    if not signed.person:
        raise InvalidValue(f"{signed.by} is a machine: a ticket is ticked by people / 操作票须由人员勾票")
    if line.after and not executing:
        raise InvalidValue(f"line {nth} is ticked while the order executes / 第 {nth} 项须在执行开始后勾票")
    before = next((at for at, one in enumerate(ticket.steps[: nth - 1], 1) if not whole(one, ticket)), None)
    if before is not None:
        raise InvalidValue(f"lines are ticked in order: line {before} comes first / 须按顺序勾票：先完成第 {before} 项")
    return replace(
        ticket, steps=(*ticket.steps[: nth - 1], _with(line, nth, signed, ticket, supervisor), *ticket.steps[nth:])
    )


def _with(line: TicketStep, nth: int, signed: Signed, ticket: Ticket, supervisor: bool) -> TicketStep:
    if not supervisor:
        if line.operator is not None:
            raise InvalidValue(f"line {nth} was ticked by {line.operator.by} / 第 {nth} 项操作人已勾票")
        return replace(line, operator=signed)
    if not ticket.supervised:
        raise InvalidValue("this ticket takes no supervisor / 本操作票无监护人")
    if line.operator is None:
        raise InvalidValue(f"line {nth}: the operator ticks first / 第 {nth} 项须操作人先勾票")
    if line.supervisor is not None:
        raise InvalidValue(f"line {nth} was supervised by {line.supervisor.by} / 第 {nth} 项监护人已勾票")
    if line.operator.person == signed.person:
        raise InvalidValue(
            f"line {nth}: {signed.by} operated it; another person supervises / 第 {nth} 项监护人不得与操作人为同一人"
        )
    return replace(line, supervisor=signed)


def whole(line: TicketStep, ticket: Ticket) -> bool:
    """Whether a line has every tick it takes."""
    return line.operator is not None and (line.supervisor is not None or not ticket.supervised)


def checked(ticket: Ticket) -> bool:
    """Whether everything that comes before the execution is ticked."""
    return all(whole(line, ticket) for line in ticket.steps if not line.after)


def complete(ticket: Ticket) -> bool:
    """Whether every line is ticked."""
    return all(whole(line, ticket) for line in ticket.steps)
