"""A site: everything its folder says, checked and ready to run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from controller.domain.assets import City
from controller.domain.drill import DrillMark
from controller.domain.errors import ConfigError, UnknownTarget
from controller.domain.image import Ageing
from controller.domain.places import Place
from controller.domain.points import DeviceId
from controller.domain.slots import Slot
from controller.logic.alarm_settings import AlarmSettings
from controller.logic.daylight_plan import DaylightPlan
from controller.logic.dispatch_orders.rules import DispatchRules
from controller.logic.diversion.rules import DiversionRules
from controller.logic.drills.drill import Drill
from controller.logic.energy import EnergyRules
from controller.logic.faults.rules import FaultRules
from controller.logic.feeder_limits import FeederLimit
from controller.logic.forecasts.settings import ForecastSettings
from controller.logic.handling_rules import HandlingRules
from controller.logic.hydraulics.network import Network
from controller.logic.interlocks import InterlockSpec
from controller.logic.light_groups import LightGroup
from controller.logic.light_rates import RateRules
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.plans.plan import Plan
from controller.logic.poles import PoleSettings
from controller.logic.scopes import Scopes
from controller.logic.switching import SwitchingRules
from controller.logic.tidal.rules import TidalRules
from controller.logic.water_quality.rules import QualityRules
from controller.logic.water_rules.settings import RuleSettings
from controller.logic.wet_zones import WetPower
from controller.settings.access import AccessSettings
from controller.settings.api import ApiSettings
from controller.settings.evidence import BackupSettings, EvidenceSettings
from controller.settings.gauge_exclusion import ExclusionRules
from controller.settings.leases import LeaseLimits, LeaseRules
from controller.settings.northbound import NorthboundSettings
from controller.settings.notices import NoticeSettings
from controller.settings.overlay import LightingVersion
from controller.settings.recording import RecordingSettings
from controller.settings.safety import Safety
from controller.settings.states import SiteStates
from controller.settings.timetables import TimetableSettings
from controller.settings.timing import Timing
from drivers.base import Endpoint
from drivers.profile import Profile
from schedules.plan import LightingPlan


@dataclass(frozen=True, slots=True)
class Division:
    """An administrative division (GB/T 2260). ``kind``: district 区, county 县, county_city 县级市."""

    code: str
    name: str
    name_en: str
    kind: str
    centre: Place


@dataclass(frozen=True, slots=True)
class Wire:
    """Which profile a device follows and where it hangs."""

    profile: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class LocalRules:
    """How long automation waits once a LOCAL/REMOTE switch is back at REMOTE, unless a person releases it (s)."""

    lights_wait_s: float = 0.0
    stations_wait_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Site:
    """What ``load_site`` makes of a folder.

    ``wires`` says for every device which profile it follows and which endpoint it hangs on; ``ageings`` holds the
    ageing of every point by device. ``config_hash`` is the SHA-256 over names and contents of all files read.
    """

    name: str
    timezone: str
    divisions: Mapping[str, Division]
    city: City
    profiles: Mapping[str, Profile]
    endpoints: tuple[Endpoint, ...]
    wires: Mapping[DeviceId, Wire]
    ageings: Mapping[DeviceId, Mapping[str, Ageing]]
    lighting: LightingPlan
    timing: Timing
    leases: Mapping[Slot, LeaseLimits]
    interlocks: tuple[InterlockSpec, ...]
    api: ApiSettings
    config_hash: str
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    lease_rules: LeaseRules = field(default_factory=LeaseRules)
    states: SiteStates = field(default_factory=SiteStates)
    local: LocalRules = field(default_factory=LocalRules)
    safety: Safety = field(default_factory=Safety)
    wet_power: WetPower = field(default_factory=WetPower)
    faults: FaultRules = field(default_factory=FaultRules)
    daylight: DaylightPlan = field(default_factory=DaylightPlan)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    backups: BackupSettings = field(default_factory=BackupSettings)
    handling: HandlingRules = field(default_factory=HandlingRules)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    timetables: TimetableSettings = field(default_factory=TimetableSettings)
    groups: Mapping[str, LightGroup] = field(default_factory=dict)
    scopes: Scopes = field(default_factory=Scopes)
    switching: SwitchingRules = field(default_factory=SwitchingRules)
    poles: PoleSettings = field(default_factory=PoleSettings)
    lighting_version: LightingVersion = field(default_factory=LightingVersion)
    light_rates: RateRules = field(default_factory=RateRules)
    energy: EnergyRules = field(default_factory=EnergyRules)
    northbound: NorthboundSettings | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict)
    """Plans (预案) by id."""
    drills: Mapping[str, Drill] = field(default_factory=dict)
    """Drills (演练) by id."""
    drill: DrillMark | None = None
    """This is no city but a running drill: everything is marked, and nothing outside the drill is reached."""
    network: Network | None = None
    feeder_limits: tuple[FeederLimit, ...] = ()
    dispatch: DispatchRules = field(default_factory=DispatchRules)
    """Dispatch orders (调度令)."""
    forecasts: ForecastSettings = field(default_factory=ForecastSettings)
    tides: TidalRules = field(default_factory=TidalRules)
    water_rules: RuleSettings = field(default_factory=RuleSettings)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    gauge_exclusion: ExclusionRules = field(default_factory=ExclusionRules)
    diversion: DiversionRules = field(default_factory=DiversionRules)
    quality: QualityRules = field(default_factory=QualityRules)

    def ageing(self, device: DeviceId) -> Mapping[str, Ageing]:
        """The ageing of each of the device's points, for its block in the image."""
        return self.ageings[device]

    def profile(self, device: DeviceId) -> Profile:
        """The profile of a device.

        Raises:
            UnknownTarget: no such device.
        """
        wire = self.wires.get(device)
        if wire is None:
            raise UnknownTarget(f"no device {device} in site {self.name}; see `zhadao status` for what there is")
        return self.profiles[wire.profile]

    def with_urls(self, urls: Mapping[str, str]) -> Site:
        """The same site with other addresses for these endpoints (tests and the demo bind free ports).

        Raises:
            ConfigError: an endpoint this site does not have.
        """
        strange = set(urls) - {endpoint.name for endpoint in self.endpoints}
        if strange:
            raise ConfigError(f"site {self.name} has no endpoint {', '.join(sorted(strange))}; check the names")
        moved = (replace(endpoint, url=urls.get(endpoint.name, endpoint.url)) for endpoint in self.endpoints)
        return replace(self, endpoints=tuple(moved))
