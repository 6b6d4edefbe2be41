"""From a site's folder to a ``Site``, or to every problem in it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.logic.wet_zones import WetPower
from controller.settings.access import access_of
from controller.settings.alarms import alarms_of
from controller.settings.api import api_of
from controller.settings.city import city_of
from controller.settings.context import Context, place_of
from controller.settings.evidence import backups_of, evidence_of
from controller.settings.fields import Model
from controller.settings.folder import (
    LIGHTING_KEYS,
    WATER_KEYS,
    Folder,
    hash_of,
    lists,
    raw_names,
    read_folder,
)
from controller.settings.handling import handling_of
from controller.settings.interlock_models import InterlockModel
from controller.settings.interlocking import interlocks_of
from controller.settings.leases import lease_rules_of, leases_of
from controller.settings.lighting import plan_of
from controller.settings.lighting_models import HolidayTableModel, ProgramModel, RuleModel
from controller.settings.line_models import DialInModel
from controller.settings.lines import Lines, lines_of
from controller.settings.northbound import northbound_of
from controller.settings.notices import notices_of
from controller.settings.opcua import opcua_of
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import ConfigProblems
from controller.settings.profile_buttons import check_paces
from controller.settings.profiles import ProfileShelf
from controller.settings.site import Division, LocalRules, Site
from controller.settings.site_checks import (
    check_endpoints,
    check_heartbeats,
    check_timing,
    timezone_of,
)
from controller.settings.site_models import DivisionModel, EndpointModel, SiteModel
from controller.settings.states import states_of
from controller.settings.timetables import timetables_of
from controller.settings.timing import Timing
from controller.settings.wet_power import wet_power_of
from controller.settings.wet_power_models import FloodZoneModel, WetPowerModel
from controller.settings.wiring import Wiring
from drivers.opcua.options import UaOptions
from schedules.plan import LightingPlan

M = TypeVar("M", bound=Model)


def load_site(path: Path) -> Site:
    """The site of a folder, with everything checked but the proof over a year (``checks.check_site`` adds that).

    Raises:
        ConfigProblems: with every problem, each with its file and line.
    """
    loader = Loader(path)
    site = loader.load()
    if site is None or loader.findings.problems:
        raise ConfigProblems(loader.findings.problems)
    return site


@dataclass(slots=True)
class Loader:
    """Reads one folder; every step notes its problems in ``findings`` and goes on."""

    path: Path
    findings: Findings = field(default_factory=Findings)
    program_spots: dict[str, Spot] = field(default_factory=dict)
    _lighting_spots: list[tuple[str, Spot]] = field(default_factory=list)
    _opcua: Mapping[str, UaOptions] = field(default_factory=dict)
    _lines: Lines = field(default_factory=Lines)

    def load(self) -> Site | None:
        """The site as far as it can be made out; None when ``site.yaml`` itself can't be used."""
        folder = read_folder(self.path, self.findings)
        entry = self._site(folder)
        timing = Timing(**entry.value.timing.model_dump()) if entry else Timing()
        timezone = timezone_of(entry, self.findings) if entry else ZoneInfo("Asia/Shanghai")
        divisions, codes = self._divisions(folder)
        lighting, programs = self._lighting(folder, timezone)
        shelf = ProfileShelf(folder.profile_folders(), self.findings)
        wiring = Wiring(*self._endpoints(folder), shelf, self.findings, opcua=self._opcua, lines=self._lines)
        context = Context(self.findings, codes, programs)
        city = city_of(folder, context, wiring)
        water = self._items(InterlockModel, [spot for _, spot in lists(folder.water, WATER_KEYS, self.findings)])
        if entry is None:
            return None
        check_timing(timing, entry.spot, self.findings)
        check_heartbeats(timing, shelf.loaded(), entry.spot, self.findings)
        check_paces(timing, shelf.loaded(), entry.spot, self.findings)
        interlocks = interlocks_of(water, city, wiring.specs(), context)
        endpoints = wiring.built(timing.request_timeout_s)
        return Site(
            name=entry.value.name,
            timezone=str(timezone),
            divisions=MappingProxyType(divisions),
            city=city,
            profiles=MappingProxyType(shelf.loaded()),
            endpoints=endpoints,
            wires=MappingProxyType(wiring.wires),
            ageings=MappingProxyType(
                {b.device: wiring.ageing(b, timing) for endpoint in endpoints for b in endpoint.devices}
            ),
            lighting=lighting,
            timing=timing,
            leases=MappingProxyType(dict(leases_of(entry.value.leases, entry.spot.at("leases"), self.findings))),
            interlocks=interlocks,
            api=api_of(entry.value.api, self.path),
            alarms=alarms_of(folder.alarms, city, self.findings),
            config_hash=hash_of(self.path, [*folder.documents(), *shelf.documents]),
            lease_rules=lease_rules_of(entry.value.lease_rules),
            safety=entry.value.safety.built(),
            access=access_of(entry.value.access, entry.spot.at("access"), city, self.findings),
            wet_power=self._wet_power(city, wiring),
            states=states_of(folder.states, programs, self.findings),
            handling=handling_of(folder.handling, self.findings),
            notices=notices_of(folder.notices, codes, self.findings),
            local=LocalRules(entry.value.local.lights_wait_s, entry.value.local.stations_wait_s),
            evidence=evidence_of(entry.value.evidence),
            backups=backups_of(entry.value.backups, entry.spot.at("backups"), self.findings),
            recording=entry.value.recording.built(),
            timetables=timetables_of(entry.value.timetables, entry.spot.at("timetables"), self.findings),
            northbound=northbound_of(entry.value.northbound, entry.spot.at("northbound"), self.findings),
        )

    def _site(self, folder: Folder) -> Entry[SiteModel] | None:
        if folder.site is None:
            return None
        self.findings.problems.extend(folder.site.problems)
        if folder.site.data is None and folder.site.problems:
            return None
        return self.findings.parse(SiteModel, Spot(folder.site, ()))

    def _divisions(self, folder: Folder) -> tuple[dict[str, Division], frozenset[str] | None]:
        if folder.divisions is None or folder.divisions.data is None:
            self.findings.problems.extend(folder.divisions.problems if folder.divisions else ())
            return {}, None
        spots = [spot for _, spot in lists([folder.divisions], {"divisions": list}, self.findings)]
        divisions: dict[str, Division] = {}
        for entry in self._items(DivisionModel, spots):
            model, centre = entry.value, place_of(entry.value.centre, entry.spot.at("centre"), self.findings)
            if model.code in divisions:
                self.findings.add(entry.spot.at("code"), "duplicate division", "leave one of them out")
            divisions[model.code] = Division(model.code, model.name, model.name_en, model.kind, centre)
        return divisions, raw_names(spots, "code")

    def _endpoints(self, folder: Folder) -> tuple[dict[str, EndpointModel], frozenset[str] | None]:
        if folder.endpoints is None or folder.endpoints.data is None:
            self.findings.problems.extend(folder.endpoints.problems if folder.endpoints else ())
            return {}, None
        found = lists([folder.endpoints], {"endpoints": list, "dialin": dict}, self.findings)
        spots = [spot for key, spot in found if key == "endpoints"]
        entries = self._items(EndpointModel, spots)
        check_endpoints(entries, self.findings)
        dial_in = [self.findings.parse(DialInModel, spot) for key, spot in found if key == "dialin"]
        self._lines = lines_of(entries, dial_in[0] if dial_in else None, self.path, self.findings)
        self._opcua = opcua_of(entries, self.path, self.findings)
        return {entry.value.name: entry.value for entry in entries}, raw_names(spots, "name")

    def _lighting(self, folder: Folder, timezone: ZoneInfo) -> tuple[LightingPlan, frozenset[str]]:
        found = self._lighting_spots = lists(folder.lighting, LIGHTING_KEYS, self.findings)
        programs = self._items(ProgramModel, [spot for key, spot in found if key == "programs"])
        rules = self._items(RuleModel, [spot for key, spot in found if key == "rules"])
        tables = self._items(HolidayTableModel, [spot for key, spot in found if key == "holidays"])
        names = raw_names([spot for key, spot in found if key == "programs"], "id")
        self.program_spots.update((entry.value.id, entry.spot.at("id")) for entry in programs)
        return plan_of(programs, rules, tables, timezone, names, self.findings), names

    def _wet_power(self, city: City, wiring: Wiring) -> WetPower:
        found = self._lighting_spots
        rules = [self.findings.parse(WetPowerModel, spot) for key, spot in found if key == "wet_power"]
        zones = self._items(FloodZoneModel, [spot for key, spot in found if key == "flood_zones"])
        usable = [entry for entry in rules if entry is not None]
        return wet_power_of(usable, zones, city, wiring.points(), self.findings)

    def _items(self, model: type[M], spots: Sequence[Spot]) -> list[Entry[M]]:
        return [entry for spot in spots for entry in self.findings.items(model, spot)]
