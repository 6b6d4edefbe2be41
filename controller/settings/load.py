"""From a site's folder to a ``Site``, or to every problem in it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.logic.daylight_plan import DaylightPlan
from controller.logic.forecasts.settings import ForecastSettings
from controller.logic.hydraulics.network import Network
from controller.logic.poles import PoleSettings
from controller.logic.scopes import Scopes
from controller.logic.switching import SwitchingRules
from controller.logic.wet_zones import WetPower
from controller.settings.access import access_of
from controller.settings.alarms import alarms_of
from controller.settings.api import api_of
from controller.settings.city import city_of
from controller.settings.context import Context, place_of
from controller.settings.daylight import daylight_of
from controller.settings.daylight_models import DarkWeatherModel, LuxAreaModel, LuxModel, SignalModel
from controller.settings.dispatch_orders import DispatchOrdersModel, dispatch_of
from controller.settings.diversion import diversion_of
from controller.settings.diversion_models import DiversionModel
from controller.settings.drill_models import DrillModel
from controller.settings.drills import DRILL_KEYS, drills_of
from controller.settings.evidence import backups_of, evidence_of
from controller.settings.faults import FaultsModel, faults_of
from controller.settings.feeders import PowerFeederModel, feeder_limits_of
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
from controller.settings.forecast_models import ForecastsModel
from controller.settings.forecasts import forecasts_of
from controller.settings.gauge_exclusion import GaugeExclusionModel, exclusion_rules_of
from controller.settings.group_models import LightGroupModel
from controller.settings.groups import groups_of
from controller.settings.handling import handling_of
from controller.settings.interlock_models import InterlockModel
from controller.settings.interlocking import interlocks_of
from controller.settings.leases import lease_rules_of, leases_of
from controller.settings.light_figure_models import EnergyModel, LightRatesModel
from controller.settings.light_figures import energy_of, light_rates_of
from controller.settings.lighting import LightingEntries, LightingSpots, plan_of
from controller.settings.lighting_models import (
    HolidayNoticeModel,
    HolidayTableModel,
    ModeModel,
    ProgramModel,
    RuleModel,
    SceneModel,
)
from controller.settings.line_models import DialInModel
from controller.settings.lines import Lines, lines_of
from controller.settings.mobile_pumps import MobilePumpModel, mobile_pumps_of
from controller.settings.network import network_of
from controller.settings.network_models import NetworkModel
from controller.settings.northbound import northbound_of
from controller.settings.notices import notices_of
from controller.settings.opcua import opcua_of
from controller.settings.optimiser import optimiser_of
from controller.settings.optimiser_models import OptimiserModel
from controller.settings.overlay import Overlay, version_of
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.plan_models import PlanModel
from controller.settings.plans import PLAN_KEYS, plans_of
from controller.settings.poles import PoleEntries, poles_settings_of
from controller.settings.poles_models import FloodWarningModel, SmartPolesModel, TemplateModel
from controller.settings.problems import ConfigProblems, Problem
from controller.settings.profile_buttons import check_paces
from controller.settings.profiles import ProfileShelf
from controller.settings.quality import quality_of
from controller.settings.quality_models import WaterQualityModel
from controller.settings.site import Division, LocalRules, Site
from controller.settings.site_checks import (
    check_endpoints,
    check_heartbeats,
    check_timing,
    timezone_of,
)
from controller.settings.site_models import DivisionModel, EndpointModel, SiteModel
from controller.settings.states import states_of
from controller.settings.switching import SwitchingModel, switching_of
from controller.settings.tide_models import TidesModel
from controller.settings.tides import Tides, check_outer_waters, tides_of
from controller.settings.timetables import timetables_of
from controller.settings.timing import Timing
from controller.settings.water_rules import water_rules_of
from controller.settings.water_rules_models import WaterRulesModel
from controller.settings.wet_power import wet_power_of
from controller.settings.wet_power_models import FloodZoneModel, WetPowerModel
from controller.settings.wiring import Wiring
from drivers.opcua.options import UaOptions

M = TypeVar("M", bound=Model)


def load_site(path: Path, overlay: Overlay | None = None) -> Site:
    """The site of a folder, with everything checked but the proof over a year (``checks.check_site`` adds that).

    ``overlay`` is published lighting that stands in place of the folder's own.

    Raises:
        ConfigProblems: with every problem, each with its file and line.
    """
    loader = Loader(path, overlay)
    site = loader.load()
    if site is None or loader.findings.problems:
        problems = loader.findings.problems
        raise ConfigProblems(problems if overlay is None else overlay.named(problems, path))
    return site


@dataclass(slots=True)
class Loader:
    """Reads one folder; every step notes its problems in ``findings`` and goes on."""

    path: Path
    overlay: Overlay | None = None
    findings: Findings = field(default_factory=Findings)
    warnings: list[Problem] = field(default_factory=list)
    program_spots: dict[str, Spot] = field(default_factory=dict)
    lighting_spots: LightingSpots = field(default_factory=LightingSpots)
    _lighting_spots: list[tuple[str, Spot]] = field(default_factory=list)
    _opcua: Mapping[str, UaOptions] = field(default_factory=dict)
    _lines: Lines = field(default_factory=Lines)

    def load(self) -> Site | None:
        """The site as far as it can be made out; None when ``site.yaml`` itself can't be used."""
        folder = read_folder(self.path, self.findings, self.overlay)
        entry = self._site(folder)
        timing = Timing(**entry.value.timing.model_dump()) if entry else Timing()
        timezone = timezone_of(entry, self.findings) if entry else ZoneInfo("Asia/Shanghai")
        divisions, codes = self._divisions(folder)
        said = self._lighting(folder)
        programs = said.names
        shelf = ProfileShelf(folder.profile_folders(), self.findings)
        wiring = Wiring(*self._endpoints(folder), shelf, self.findings, opcua=self._opcua, lines=self._lines)
        context = Context(self.findings, codes, programs, timezone=str(timezone))
        city = city_of(folder, context, wiring)
        of_water = lists(folder.water, WATER_KEYS, self.findings)
        mobile = mobile_pumps_of(self._water(MobilePumpModel, "mobile_pumps", of_water), context)
        city = replace(city, mobile_pumps=MappingProxyType(mobile))
        water = self._items(InterlockModel, [spot for key, spot in of_water if key == "interlocks"])
        self.warnings += shelf.warnings
        if entry is None:
            return None
        check_timing(timing, entry.spot, self.findings)
        check_heartbeats(timing, shelf.loaded(), entry.spot, self.findings)
        check_paces(timing, shelf.loaded(), entry.spot, self.findings)
        interlocks = interlocks_of(water, city, wiring.specs(), context)
        endpoints = wiring.built(timing.request_timeout_s)
        wet_power = self._wet_power(city, wiring)
        found = [spot for key, spot in self._lighting_spots if key == "groups"]
        taken = entry.value.access.groups
        groups, scopes = groups_of(self._items(LightGroupModel, found), city, taken, self.findings)
        lighting = plan_of(said, timezone, city, scopes, wiring.points(), self.findings, self.lighting_spots)
        self.program_spots.update(self.lighting_spots.programs)
        switching = self._switching(scopes, timing)
        leases = MappingProxyType(dict(leases_of(entry.value.leases, entry.spot.at("leases"), self.findings)))
        plans = self._items(PlanModel, [spot for _, spot in lists(folder.plans, PLAN_KEYS, self.findings)])
        drills = self._items(DrillModel, [spot for _, spot in lists(folder.drills, DRILL_KEYS, self.findings)])
        daylight = self._daylight(scopes, wiring)
        network = self._network(of_water, city, wiring)
        tides = self._tides(of_water, city, timezone, wiring, context)
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
            leases=leases,
            interlocks=interlocks,
            api=api_of(entry.value.api, self.path),
            alarms=alarms_of(folder.alarms, city, self.findings, network),
            config_hash=hash_of(self.path, [*folder.documents(), *shelf.documents, *tides.documents]),
            lease_rules=lease_rules_of(entry.value.lease_rules),
            safety=entry.value.safety.built(),
            access=access_of(entry.value.access, entry.spot.at("access"), city, self.findings),
            wet_power=wet_power,
            faults=faults_of(self._said(FaultsModel, "faults"), wet_power.rules.leakage_alarm_ma, self.findings),
            poles=self._poles(city, wiring, wet_power, context),
            daylight=daylight,
            states=states_of(folder.states, programs, self.findings),
            handling=handling_of(folder.handling, self.findings),
            notices=notices_of(folder.notices, codes, self.findings),
            local=LocalRules(entry.value.local.lights_wait_s, entry.value.local.stations_wait_s),
            evidence=evidence_of(entry.value.evidence),
            backups=backups_of(entry.value.backups, entry.spot.at("backups"), self.findings),
            recording=entry.value.recording.built(),
            timetables=timetables_of(entry.value.timetables, entry.spot.at("timetables"), self.findings),
            lighting_version=version_of(folder.own_lighting, self.overlay),
            groups=MappingProxyType(groups),
            scopes=scopes,
            light_rates=light_rates_of(self._said(LightRatesModel, "light_rates"), self.findings),
            energy=energy_of(self._said(EnergyModel, "energy"), self.findings),
            switching=switching,
            plans=plans_of(plans, city, wiring.specs(), interlocks, leases, self.findings),
            drills=drills_of(drills, city, network, wiring.points(), endpoints, timezone, self.findings),
            northbound=northbound_of(entry.value.northbound, entry.spot.at("northbound"), self.findings),
            network=network,
            feeder_limits=feeder_limits_of(
                self._water(PowerFeederModel, "power_feeders", of_water), city, self.findings
            ),
            tides=tides.rules,
            diversion=diversion_of(
                self._of_water(DiversionModel, "diversion", of_water), city, wiring.points(), self.findings
            ),
            quality=quality_of(
                self._of_water(WaterQualityModel, "water_quality", of_water), city, wiring.points(), self.findings
            ),
            dispatch=dispatch_of(self._of_water(DispatchOrdersModel, "dispatch_orders", of_water), city, self.findings),
            forecasts=self._forecasts(of_water, city, network, daylight),
            gauge_exclusion=exclusion_rules_of(
                self._of_water(GaugeExclusionModel, "gauge_exclusion", of_water), self.findings
            ),
            water_rules=water_rules_of(
                self._of_water(WaterRulesModel, "water_rules", of_water), network, self.findings
            ),
            optimiser=optimiser_of(self._of_water(OptimiserModel, "optimiser", of_water), network, self.findings),
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

    def _lighting(self, folder: Folder) -> LightingEntries:
        found = self._lighting_spots = lists(folder.lighting, LIGHTING_KEYS, self.findings)
        by_key: dict[str, list[Spot]] = {}
        for key, spot in found:
            by_key.setdefault(key, []).append(spot)
        return LightingEntries(
            programs=self._items(ProgramModel, by_key.get("programs", ())),
            rules=self._items(RuleModel, by_key.get("rules", ())),
            modes=self._items(ModeModel, by_key.get("modes", ())),
            tables=self._items(HolidayTableModel, by_key.get("holidays", ())),
            notices=self._items(HolidayNoticeModel, by_key.get("holiday_notices", ())),
            scenes=self._items(SceneModel, by_key.get("scenes", ())),
            names=raw_names(by_key.get("programs", ()), "id"),
        )

    def _said(self, model: type[M], key: str) -> list[Entry[M]]:
        """The mappings under this key of the lighting files that are right in themselves."""
        found = [self.findings.parse(model, spot) for named, spot in self._lighting_spots if named == key]
        return [entry for entry in found if entry is not None]

    def _wet_power(self, city: City, wiring: Wiring) -> WetPower:
        found = self._lighting_spots
        rules = [self.findings.parse(WetPowerModel, spot) for key, spot in found if key == "wet_power"]
        zones = self._items(FloodZoneModel, [spot for key, spot in found if key == "flood_zones"])
        usable = [entry for entry in rules if entry is not None]
        return wet_power_of(usable, zones, city, wiring.points(), self.findings)

    def _forecasts(
        self, of_water: Sequence[tuple[str, Spot]], city: City, network: Network | None, daylight: DaylightPlan
    ) -> ForecastSettings:
        said = [self.findings.parse(ForecastsModel, spot) for key, spot in of_water if key == "forecasts"]
        usable = [entry for entry in said if entry is not None]
        return forecasts_of(usable, city, network, daylight.signals.keys(), self.findings)

    def _of_water(self, model: type[M], named: str, of_water: Sequence[tuple[str, Spot]]) -> list[Entry[M]]:
        found = [self.findings.parse(model, spot) for key, spot in of_water if key == named]
        return [entry for entry in found if entry is not None]

    def _tides(
        self, of_water: Sequence[tuple[str, Spot]], city: City, zone: ZoneInfo, wiring: Wiring, context: Context
    ) -> Tides:
        tides = tides_of(self._of_water(TidesModel, "tides", of_water), zone, wiring.points(), self.findings)
        check_outer_waters(city, tides.rules, context.ids, self.findings)
        return tides

    def _network(self, of_water: Sequence[tuple[str, Spot]], city: City, wiring: Wiring) -> Network | None:
        said = [self.findings.parse(NetworkModel, spot) for key, spot in of_water if key == "network"]
        return network_of([entry for entry in said if entry is not None], city, wiring.points(), self.findings)

    def _poles(self, city: City, wiring: Wiring, wet_power: WetPower, context: Context) -> PoleSettings:
        found = self._lighting_spots
        rules = [self.findings.parse(SmartPolesModel, spot) for key, spot in found if key == "smart_poles"]
        entries = PoleEntries(
            [entry for entry in rules if entry is not None],
            self._items(TemplateModel, [spot for key, spot in found if key == "display_templates"]),
            self._items(FloodWarningModel, [spot for key, spot in found if key == "flood_warnings"]),
        )
        return poles_settings_of(entries, city, wet_power.zones, wiring.points(), context)

    def _daylight(self, scopes: Scopes, wiring: Wiring) -> DaylightPlan:
        found = self._lighting_spots
        said = [self.findings.parse(LuxModel, spot) for key, spot in found if key == "lux"]
        areas = self._items(LuxAreaModel, [spot for key, spot in found if key == "lux_areas"])
        dark = self._items(DarkWeatherModel, [spot for key, spot in found if key == "dark_weather"])
        signals = self._items(SignalModel, [spot for key, spot in found if key == "weather_signals"])
        usable = [entry for entry in said if entry is not None]
        return daylight_of(usable, areas, dark, signals, scopes, wiring.points(), self.findings)

    def _switching(self, scopes: Scopes, timing: Timing) -> SwitchingRules:
        spots = [spot for key, spot in self._lighting_spots if key == "switching"]
        entries = [entry for spot in spots if (entry := self.findings.parse(SwitchingModel, spot))]
        return switching_of(entries, scopes, timing.contactor_stagger_s, self.findings)

    def _water(self, model: type[M], key: str, of_water: Sequence[tuple[str, Spot]]) -> list[Entry[M]]:
        """The items under this key of the water files that are right in themselves."""
        return self._items(model, [spot for named, spot in of_water if named == key])

    def _items(self, model: type[M], spots: Sequence[Spot]) -> list[Entry[M]]:
        return [entry for spot in spots for entry in self.findings.items(model, spot)]
