"""The desks of a running controller: where people and machines ask for acts, one desk per kind of act."""

from __future__ import annotations

from dataclasses import dataclass

from controller.runtime.alarming.desk import AlarmDesk
from controller.runtime.backups import BackupDesk
from controller.runtime.bypassing.desk import BypassDesk
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.conditions.switches import SwitchDesk
from controller.runtime.conditions.tags import TagDesk
from controller.runtime.daylight.tonight_desk import TonightDesk
from controller.runtime.daylight.weather_desk import WeatherDesk
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.diversion.desk import DiversionDesk
from controller.runtime.drills.desk import DrillDesk
from controller.runtime.forecasts.desk import ForecastDesk
from controller.runtime.forecasts.warnings_desk import WarningsDesk
from controller.runtime.gauge_exclusions.desk import GaugeDesk
from controller.runtime.handling.desk import HandlingDesk
from controller.runtime.hydraulics.desk import NetworkDesk
from controller.runtime.leases.desk import LeaseDesk
from controller.runtime.light_faults.desk import LightFaultDesk
from controller.runtime.light_history.desk import LightFigures
from controller.runtime.lighting_plans.desk import LightingPlanDesk
from controller.runtime.mobile_pumps.desk import MobilePumpDesk
from controller.runtime.notices.desk import NoticeDesk
from controller.runtime.optimiser.desk import OptimiserDesk
from controller.runtime.people.desk import PeopleDesk
from controller.runtime.plans.book import PlanBook
from controller.runtime.poles.desk import PoleDesk
from controller.runtime.publishing.desk import DraftDesk
from controller.runtime.reports.month import LightingReports
from controller.runtime.resets import ResetDesk
from controller.runtime.shifts.desk import ShiftDesk
from controller.runtime.switching.desk import KnifeDesk
from controller.runtime.switching.groups import GroupDesk
from controller.runtime.talq.desk import TalqDesk
from controller.runtime.tidal.desk import TideDesk
from controller.runtime.timetables.desk import TimetableDesk
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.water_quality.desk import QualityDesk
from controller.runtime.water_rules.desk import RulesDesk
from controller.runtime.wet_power.desk import WetPowerDesk


@dataclass(frozen=True, slots=True)
class Desks:
    """Every desk, put together by the assembly and handed to API and command line through the facade."""

    orders: CommandDesk
    proposals: ProposalBook
    resets: ResetDesk
    undertakings: Undertakings
    leases: LeaseDesk
    alarms: AlarmDesk
    handling: HandlingDesk
    notices: NoticeDesk
    tags: TagDesk
    switches: SwitchDesk
    gauges: GaugeDesk
    wet_power: WetPowerDesk
    states: Declarations
    people: PeopleDesk
    backups: BackupDesk
    bypasses: BypassDesk
    timetables: TimetableDesk
    light_faults: LightFaultDesk
    drafts: DraftDesk
    switching: KnifeDesk
    groups: GroupDesk
    poles: PoleDesk
    weather: WeatherDesk
    tonight: TonightDesk
    tides: TideDesk
    diversion: DiversionDesk
    quality: QualityDesk
    light_figures: LightFigures
    lighting_reports: LightingReports
    lighting_plans: LightingPlanDesk
    talq: TalqDesk
    plans: PlanBook
    forecasts: ForecastDesk
    network: NetworkDesk
    water_rules: RulesDesk
    optimiser: OptimiserDesk
    mobile_pumps: MobilePumpDesk
    warnings: WarningsDesk
    drill: DrillDesk
    dispatch_orders: DispatchDesk
    shifts: ShiftDesk
