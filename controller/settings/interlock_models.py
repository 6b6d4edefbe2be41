"""The form of ``water/*.yaml``: interlocks a site adds to those every unit, gate and circuit has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.logic.interlocks import Action, InterlockKind, OnBad
from controller.settings.fields import Duration, Model, NotNegative, Text, Word
from controller.settings.lighting_models import TitleModel


class InterlockModel(Model):
    """One interlock; each field is explained at ``controller.logic.interlocks.InterlockSpec``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$", description="small letters, digits, dots and dashes")]
    kind: Word[InterlockKind] = Field(description="permissive, interlock or trip")
    target: Text = Field(description="an output or a whole device: 330102-PS-0001/P1")
    action: Word[Action] = Field(description="start, open, close, energise or any")
    condition: Text = Field(description="what must be true for the act, in points of that device: rack_head_m < 0.3")
    on_bad: Word[OnBad] = Field(description="what an unknown condition means: allow, block or ask")
    text: TitleModel = Field(description="why it stands, as people read it: {zh: 拦污栅堵塞, en: rack blocked}")
    clear: TitleModel = Field(description="how it is cleared: {zh: 清理拦污栅, en: clean the rack}")
    latched: bool = False
    bypassable: bool = False
    bypass_at_most: Duration | None = None
    off_delay_s: NotNegative = 0.0
    on_delay_s: NotNegative = 0.0
    trip_to: Text | None = None
