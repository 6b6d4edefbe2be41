"""The form of a device profile file (``profiles/*.yaml``): points by name, and groups of points that repeat."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from controller.settings.fields import Finite, Model, NotNegative, Positive, Text, Word
from controller.settings.timetable_models import ClockModel, TimetableModel
from drivers.profile import Access, PointType, Poll, Protocol, Role, Table, WordOrder

Register = Annotated[int, Field(ge=0, le=65535)]


class PulseModel(Model):
    """A button: ``pulse: {width_s: 0.5, rest_s: 2, opposite: stop}``; see ``drivers.profile.Pulse``."""

    width_s: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] = Field(description="how long it is held")
    rest_s: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 1.0
    opposite: str | None = None


class PointModel(Model):
    """One point; Modbus gives ``table`` and ``address``, OPC UA ``node`` (the point's name when left out)."""

    type: Word[PointType] = Field(description="the wire type: bool, bit, u16, i16, u32, i32, f32, f64, string, enum")
    access: Word[Access] = Access.READ
    poll: Word[Poll] = Poll.NORMAL
    unit: str = ""
    scale: Finite = 1.0
    offset: Finite = 0.0
    low: Finite | None = None
    high: Finite | None = None
    feedback: str | None = None
    role: Word[Role] = Role.NONE
    labels: dict[Annotated[int, Strict(strict=False)], str] = Field(default_factory=dict)
    table: Word[Table] | None = None
    address: Register | None = None
    bit: Annotated[int, Field(ge=0, le=15)] = 0
    length: Annotated[int, Field(ge=1, le=123)] = 1
    word_order: Word[WordOrder] | None = None
    node: str | None = None
    deadband: NotNegative = 0.0
    max_rate: Positive | None = None
    frozen_after_s: Positive | None = None
    frozen_band: NotNegative = 0.0
    still_at: list[Finite] = Field(default_factory=list)
    pulse: PulseModel | None = None
    method: Text | None = None
    method_off: Text | None = None
    object: Text | None = None


class GroupPointModel(PointModel):
    """A point each output of a group has, ``stride`` registers (or coils) and ``bit_stride`` bits further on."""

    stride: Annotated[int, Field(ge=0, le=1024)] = 0
    bit_stride: Annotated[int, Field(ge=0, le=1)] = 0


class GroupModel(Model):
    """``name: K, count: 8`` stands for K1 to K8; a ``feedback`` names a point of the same output."""

    name: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$", description="the capital letters before the number: K")]
    count: Annotated[int, Field(ge=1, le=99)]
    points: dict[str, GroupPointModel]


class ProfileModel(Model):
    """A kind of device."""

    id: Text = Field(description="the file's name without .yaml")
    title: Text = Field(description="what this device is, for people")
    protocol: Word[Protocol] = Field(description="modbus or opcua")
    revision: Text | None = None
    namespace: str = ""
    word_order: Word[WordOrder] = WordOrder.BIG
    max_gap: Annotated[int, Field(ge=0, le=124)] = 8
    max_registers: Annotated[int, Field(ge=1, le=125)] = 100
    heartbeat_s: Positive | None = None
    frozen_after_s: Annotated[float, Field(ge=30, le=86_400, allow_inf_nan=False)] | None = None
    fc23: bool = False
    in_flight: Annotated[int, Field(ge=1, le=16)] = 1
    retained_lockout: bool = False
    timetable: TimetableModel | None = None
    clock: ClockModel | None = None
    points: dict[str, PointModel] = Field(default_factory=dict)
    groups: list[GroupModel] = Field(default_factory=list)
