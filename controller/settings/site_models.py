"""The form of ``site.yaml``, ``divisions.yaml`` and ``endpoints.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.settings.access_models import AccessModel
from controller.settings.api_models import ApiModel
from controller.settings.asset_models import PlaceModel
from controller.settings.evidence_models import BackupsModel, EvidenceModel
from controller.settings.fields import DivisionCode, Model, NotNegative, Positive, Text
from controller.settings.lease_models import LeaseModel, LeaseRulesModel
from controller.settings.line_models import LineTlsModel
from controller.settings.northbound_models import NorthboundModel
from controller.settings.opcua_models import OpcUaModel
from controller.settings.recording import RecordingModel
from controller.settings.safety import SafetyModel
from controller.settings.state_models import LocalModel
from controller.settings.timetable_models import TimetablesModel


class TimingModel(Model):
    """``timing:``; each field is explained at ``controller.settings.timing.Timing``."""

    lighting_cycle_s: Positive = 1.0
    water_cycle_s: Positive = 1.0
    poll_fast_s: Positive = 1.0
    poll_normal_s: Positive = 5.0
    poll_slow_s: Positive = 60.0
    stale_factor: Annotated[float, Field(ge=1)] = 3.0
    stale_min_s: Positive = 10.0
    dead_factor: Annotated[float, Field(ge=1)] = 10.0
    dead_min_s: Positive = 60.0
    heartbeat_s: Positive = 30.0
    spread_s: Annotated[float, Field(ge=0, le=300)] = 15.0
    contactor_stagger_s: NotNegative = 0.5
    verify_s: Positive = 3.0
    opcua_publish_s: Positive = 0.25
    command_deadline_s: Positive = 10.0
    request_timeout_s: Positive = 2.0
    link_first_s: Positive = 1.0
    link_max_s: Positive = 30.0
    link_jitter: Annotated[float, Field(ge=0, lt=1)] = 0.2


class SiteModel(Model):
    """``site.yaml``."""

    name: Text = Field(description="what people call this site")
    timezone: Text = Field(description="an IANA time zone: Asia/Shanghai")
    timing: TimingModel = TimingModel()
    leases: dict[str, LeaseModel] = Field(default_factory=dict)
    lease_rules: LeaseRulesModel = LeaseRulesModel()
    safety: SafetyModel = SafetyModel()
    api: ApiModel = ApiModel()
    evidence: EvidenceModel = EvidenceModel()
    backups: BackupsModel = BackupsModel()
    recording: RecordingModel = RecordingModel()
    access: AccessModel = AccessModel()
    local: LocalModel = LocalModel()
    timetables: TimetablesModel = TimetablesModel()
    northbound: NorthboundModel | None = None


class DivisionModel(Model):
    """One division."""

    code: DivisionCode = Field(description="six digits, GB/T 2260: 330106")
    name: Text
    name_en: Text
    kind: Literal["district", "county", "county_city"]
    centre: PlaceModel


_URL = r"^(?:(?:opc\.tcp|soft)://[^\s/:]+(?::\d{1,5})?(?:/\S*)?|modbus\+(?:tcp|tls|rtu\+tcp|rtu|dialin)://\S+)$"


class EndpointModel(Model):
    """One wire to the field."""

    name: Text
    url: Annotated[str, Field(pattern=_URL)] = Field(
        description="modbus+tcp://HOST:PORT (docs/reference/endpoints.md has the others), opc.tcp://HOST:PORT/PATH"
    )
    timeout_s: Positive | None = None
    tls: LineTlsModel | None = None
    opcua: OpcUaModel | None = None
