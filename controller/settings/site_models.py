"""The form of ``site.yaml``, ``divisions.yaml`` and ``endpoints.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.settings.asset_models import PlaceModel
from controller.settings.fields import DivisionCode, Duration, Model, NotNegative, Positive, Text


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
    opcua_publish_s: Positive = 1.0
    command_deadline_s: Positive = 10.0
    request_timeout_s: Positive = 2.0
    link_first_s: Positive = 1.0
    link_max_s: Positive = 30.0
    link_jitter: Annotated[float, Field(ge=0, lt=1)] = 0.2


class LeaseModel(Model):
    """One slot's leases: ``{default: 2h, maximum: 8h}``."""

    default: Duration = Field(description="how long when nobody says: 2h")
    maximum: Duration | None = None


class ApiModel(Model):
    """Where the API listens."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class SiteModel(Model):
    """``site.yaml``."""

    name: Text = Field(description="what people call this site")
    timezone: Text = Field(description="an IANA time zone: Asia/Shanghai")
    timing: TimingModel = TimingModel()
    leases: dict[str, LeaseModel] = Field(default_factory=dict)
    api: ApiModel = ApiModel()


class DivisionModel(Model):
    """One division."""

    code: DivisionCode = Field(description="six digits, GB/T 2260: 330106")
    name: Text
    name_en: Text
    kind: Literal["district", "county", "county_city"]
    centre: PlaceModel


class EndpointModel(Model):
    """One wire to the field."""

    name: Text
    url: Annotated[str, Field(pattern=r"^(modbus\+tcp|opc\.tcp|soft)://[^\s/:]+(:\d{1,5})?(/\S*)?$")] = Field(
        description="modbus+tcp://HOST:PORT, opc.tcp://HOST:PORT/PATH or soft://NAME"
    )
    timeout_s: Positive | None = None
