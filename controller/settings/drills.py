"""Drills (演练) of a site: ``drills/*.yaml``, read and looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.domain.gauges import GaugeKind
from controller.domain.points import device_of
from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Drill, Expectation, Fact, Injection, Rain, Trouble, Wanted
from controller.logic.hydraulics.network import Network
from controller.settings.drill_models import DrillModel, ExpectationModel, InjectionModel, RainModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.plan_models import SentencesModel
from controller.settings.problems import did_you_mean
from drivers.base import Endpoint

DRILL_KEYS: Mapping[str, type] = {"drills": list}
MODBUS = "modbus"
WARNING, GUARANTEE = "warning", "guarantee"
_OF_REACH = frozenset({Wanted.LEVEL_BELOW, Wanted.MINUTES_ABOVE})
_IN_TIME = frozenset({Wanted.ORDER_WITHIN, Wanted.DECLARED_WITHIN})
_NOTHING_NAMED = frozenset({Trouble.FORECAST_STALE, Trouble.MESSAGE})


def drills_of(
    entries: Sequence[Entry[DrillModel]],
    city: City,
    network: Network | None,
    points: Mapping[str, frozenset[str]],
    endpoints: Sequence[Endpoint],
    zone: ZoneInfo,
    findings: Findings,
) -> Mapping[str, Drill]:
    """All drills that can be made out, by id; what is wrong with them is noted."""
    first: dict[str, Spot] = {}
    for entry in entries:
        here = entry.spot.at("id")
        if first.setdefault(entry.value.id, here) is not here:
            findings.add(here, "duplicate drill", f"{first[entry.value.id]} has this id already")
    modbus = {
        binding.device for one in endpoints if one.url.startswith(MODBUS) for binding in one.devices
    }  # a station's OPC UA server answers for all its stations or for none
    builder = _Builder(city, network or Network(""), points, frozenset(modbus), zone, findings)
    return MappingProxyType({entry.value.id: builder.drill(entry) for entry in entries})


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes drills, and notes what does not fit the site."""

    city: City
    network: Network
    points: Mapping[str, frozenset[str]]
    modbus: frozenset[str]
    zone: ZoneInfo
    findings: Findings

    def drill(self, entry: Entry[DrillModel]) -> Drill:
        """One of them."""
        said, spot = entry.value, entry.spot
        for name in said.levels:
            self._known(name, self.network.reaches, spot.at("levels", name), "no reach of the network")
        for name in said.outside:
            self._known(name, self.network.outside, spot.at("outside", name), "no water outside of the network")
        reaches = self.network.reaches
        return Drill(
            said.id,
            _words(said.title),
            _words(said.purpose),
            said.lasts,
            begins=self._moment(said.begins, spot.at("begins")),
            levels_m=dict(said.levels),
            outside_m=dict(said.outside),
            rain=tuple(self._rain(one, spot.at("rain", at)) for at, one in enumerate(said.rain)),
            own_storms=said.own_storms,
            injections=tuple(self._injection(one, said, spot.at("inject", at)) for at, one in enumerate(said.inject)),
            expectations=tuple(self._expectations(said.expect, spot.at("expect"))),
            facts=tuple(Fact(one.origin, Words(one.zh, one.en)) for one in said.facts),
            warning_m={name: reach.warning_m for name, reach in reaches.items()},
            guarantee_m={name: reach.guarantee_m for name, reach in reaches.items()},
        )

    def _known(self, name: str, known: Mapping[str, object], spot: Spot, message: str) -> bool:
        if name not in known:
            self.findings.add(spot, message, did_you_mean(name, known))
        return name in known

    def _moment(self, said: str | None, spot: Spot) -> datetime | None:
        if said is None:
            return None
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            self.findings.add(spot, "no moment", 'local time in quotes: "2021-07-24T08:00"')
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def _rain(self, said: RainModel, spot: Spot) -> Rain:
        gauges = {one.id: one for one in self.city.gauges.values() if one.kind is GaugeKind.RAIN}
        for gauge in said.factors:
            self._known(gauge, gauges, spot.at("factors", gauge), "no rain gauge")
        return Rain(said.begins, said.every, tuple(said.mm_h), dict(said.factors))

    def _injection(self, said: InjectionModel, drill: DrillModel, spot: Spot) -> Injection:
        if said.at >= drill.lasts:
            self.findings.add(spot.at("at"), "after the drill's end", f"before {drill.lasts / 3600:g}h")
        if said.what is Trouble.MESSAGE and said.text is None:
            self.findings.add(spot, "a message without text", "text: {zh: …, en: …}")
        if said.what is Trouble.LYING and said.by == 0.0:
            self.findings.add(spot, "a lie of nothing", "by: the error in the point's unit, such as -1.5")
        self._check_on(said, spot.at("on"))
        text = None if said.text is None else _words(said.text)
        return Injection(said.at, said.what, said.on, said.by, said.lasts, text)

    def _check_on(self, said: InjectionModel, spot: Spot) -> None:
        units = {unit.id for station in self.city.stations.values() for unit in station.units}
        gates = {gate.id for station in self.city.stations.values() for gate in station.gates}
        known: dict[Trouble, tuple[set[str], str]] = {
            Trouble.OFFLINE: (set(self.modbus), "no device on Modbus; one behind OPC UA cannot go offline alone"),
            Trouble.JAMMED: (gates, "no gate"),
            Trouble.TRIPS_ON_START: (units, "no pump unit"),
            Trouble.OUT_OF_SERVICE: (units, "no pump unit"),
            Trouble.POWER_CUT: (set(self.city.stations), "no station"),
        }
        if said.what in _NOTHING_NAMED:
            return
        if said.what in known:
            names, message = known[said.what]
            self._known(said.on, dict.fromkeys(names), spot, message)
            return
        device, point = device_of(said.on), said.on.partition("/")[2]
        if self._known(device, self.points, spot, "no device"):
            self._known(point, dict.fromkeys(self.points[device]), spot, f"{device} has no such point")

    def _expectations(self, said: Sequence[ExpectationModel], spot: Spot) -> list[Expectation]:
        built, first = [], dict[str, Spot]()
        for at, one in enumerate(said):
            here = spot.at(at)
            if first.setdefault(one.id, here) is not here:
                self.findings.add(here.at("id"), "said twice", f"{first[one.id]} has this id already")
            built.append(self._expectation(one, here))
        return built

    def _expectation(self, said: ExpectationModel, spot: Spot) -> Expectation:
        limit_m = self._limit(said, spot)
        if said.what in _OF_REACH and limit_m is None and said.limit is None:
            self.findings.add(spot, "no limit", "limit: warning, guarantee, or a level in metres")
        if said.what in _IN_TIME and said.after is None and said.limit is None:
            self.findings.add(spot, "nothing its clock begins with", "after: 30m, or of: a reach and limit: warning")
        if said.what in {*_IN_TIME, Wanted.ALARMS_ANSWERED} and said.within <= 0.0:
            self.findings.add(spot, "no time to do it in", "within: 10m")
        if said.what is Wanted.STARTS_AT_MOST and said.of:
            self._known(said.of, self.city.stations, spot.at("of"), "no station")
        return Expectation(
            said.id,
            said.what,
            _words(said.title),
            said.points,
            of=said.of,
            limit_m=limit_m,
            after_s=said.after,
            within_s=said.within,
            at_most=said.at_most,
            priority=said.priority,
        )

    def _limit(self, said: ExpectationModel, spot: Spot) -> float | None:
        """The level a limit means, for the reach it is about."""
        about_reach = said.what in _OF_REACH or (said.what in _IN_TIME and said.limit is not None)
        if not about_reach or not self._known(said.of, self.network.reaches, spot.at("of"), "no reach of the network"):
            return None
        reach = self.network.reaches[said.of]
        if isinstance(said.limit, str):
            named = {WARNING: reach.warning_m, GUARANTEE: reach.guarantee_m}
            self._known(said.limit, named, spot.at("limit"), "no such limit")
            return named.get(said.limit)
        return said.limit


def _words(said: SentencesModel) -> Words:
    return Words(said.zh, said.en)
