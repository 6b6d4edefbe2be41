"""The form of ``dispatch_orders:`` under ``water/``: who issues, who acknowledges by when, operation tickets."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from pydantic import Field

from controller.domain.assets import City
from controller.domain.rights import Role
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import TicketStep
from controller.logic.dispatch_orders.rules import DispatchRules, StationRules
from controller.settings.fields import Duration, Model, Text, Word
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

DAY_S = 86_400.0
MOST_LINES = 40


class BothModel(Model):
    """A text in both languages."""

    zh: Text = Field(description="in Chinese")
    en: Text = Field(description="in English")


class TicketLineModel(BothModel):
    """A line of an operation ticket."""

    after: bool = Field(False, description="true: ticked once the order executes; else before")


class TicketModel(Model):
    """An operation ticket 操作票."""

    supervised: bool = Field(True, description="every line takes the tick of a supervisor, another person")
    lines: list[TicketLineModel] = Field(min_length=1, max_length=MOST_LINES)


class StationOrdersModel(Model):
    """What one station asks of orders."""

    station: Text = Field(description="a station's id: 330102-PS-0001")
    unit: BothModel = Field(description="who executes orders there, a role or shift, never a person")
    escalate: list[BothModel] = Field(default=[], description="contact roles called in turn before the site's own")
    ticket: TicketModel | None = None


class DispatchOrdersModel(Model):
    """``dispatch_orders:`` as a mapping."""

    acknowledge_within: Duration = Field(300.0, description="unacknowledged so long: the next contact role, 5m")
    valid_for: Duration = Field(12 * 3600.0, description="an order not executing by then has expired: 12h")
    keep_days: int = Field(400, ge=31, le=3660, description="how long orders that are over are shown")
    may_issue: list[Word[Role]] = Field(default=[Role.DUTY_OFFICER], min_length=1)
    escalate: list[BothModel] = Field(default=[], description="contact roles called in turn")
    stations: list[StationOrdersModel] = Field(default=[], description="what single stations ask of orders")


def dispatch_of(entries: Sequence[Entry[DispatchOrdersModel]], city: City, findings: Findings) -> DispatchRules:
    """The site's rules; what is wrong with them is noted. Without the section the defaults hold."""
    if not entries:
        return DispatchRules()
    for again in entries[1:]:
        findings.add(again.spot, "dispatch_orders stands in two files", "keep one of them")
    model, spot = entries[0].value, entries[0].spot
    if not 30.0 <= model.acknowledge_within <= 3600.0:
        findings.add(spot.at("acknowledge_within"), "nobody could work by that", "30s to 1h; 5m is usual")
    if not 600.0 <= model.valid_for <= 7 * DAY_S:
        findings.add(spot.at("valid_for"), "no time an order could be valid for", "10m to 168h; 12h is usual")
    default = DispatchRules()
    return DispatchRules(
        acknowledge_s=model.acknowledge_within,
        valid_s=model.valid_for,
        keep_s=model.keep_days * DAY_S,
        may_issue=frozenset(model.may_issue),
        escalate=tuple(map(_words, model.escalate)) or default.escalate,
        stations=MappingProxyType(dict(_stations(model.stations, spot.at("stations"), city, findings))),
    )


def _stations(
    models: Sequence[StationOrdersModel], spot: Spot, city: City, findings: Findings
) -> list[tuple[str, StationRules]]:
    found: dict[str, StationRules] = {}
    for position, model in enumerate(models):
        here = spot.at(position, "station")
        if model.station not in city.stations:
            findings.add(here, "no such station", did_you_mean(model.station, city.stations))
        elif model.station in found:
            findings.add(here, "this station stands here twice", "keep one of them")
        else:
            found[model.station] = _rules(model)
    return list(found.items())


def _rules(model: StationOrdersModel) -> StationRules:
    ticket = model.ticket
    lines = () if ticket is None else tuple(TicketStep(_words(one), one.after) for one in ticket.lines)
    return StationRules(
        unit=_words(model.unit),
        escalate=tuple(map(_words, model.escalate)),
        ticket=lines,
        supervised=ticket is None or ticket.supervised,
    )


def _words(model: BothModel) -> Words:
    return Words(model.zh, model.en)
