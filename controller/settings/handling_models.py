"""The form of ``handling.yaml``: deadlines, and which alarms open a handling record."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.logic.handling_rules import Urgency
from controller.settings.alarm_models import Kind
from controller.settings.fields import Duration, Model, Word


class DeadlinesModel(Model):
    """``deadlines: {emergency: 1h, ordinary: 24h, serious_working_days: 3}``."""

    emergency: Duration = 3600.0
    ordinary: Duration = 86_400.0
    serious_working_days: Annotated[int, Field(ge=1, le=20)] = 3


class OpensModel(Model):
    """One kind of alarm that opens a record; explained at ``controller.logic.handling_rules.HandlingSpec``."""

    kind: Kind = Field(description="the last part of the alarm's id: offline, mismatch, tripped")
    urgency: Word[Urgency] = Field(description="emergency, ordinary or serious")
    after: Duration = 0.0
    feedback: bool = False


class HandlingModel(Model):
    """``handling.yaml``. All of it may be left out."""

    deadlines: DeadlinesModel = DeadlinesModel()
    reopen_within: Duration = 86_400.0
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 400
    alarms: list[OpensModel] = Field(default_factory=list)
