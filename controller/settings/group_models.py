"""The form of ``groups:`` in ``lighting/*.yaml``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from controller.logic.scopes import SCOPE_FORMS
from controller.settings.fields import Model, Text

ScopeText = Annotated[str, Field(min_length=1, max_length=120, description=f"a scope: {SCOPE_FORMS}")]


GROUP_NAME = re.compile(r"[^\s:/](?:[^:/]{0,62}[^\s:/])?")
"""What a group may be called."""


class GroupTitleModel(Model):
    """A group's name in both languages."""

    zh: Text
    en: Text


class LightGroupModel(Model):
    """A group of lights: picked by hand (``lights``, ``assets``), by query (``all_of``, ``any_of``, ``none_of``).

    Explained at ``controller.logic.light_groups.LightGroup``.
    """

    name: Annotated[str, Field(pattern=f"^{GROUP_NAME.pattern}$", description="as it is called after group: — 迎宾线")]
    title: GroupTitleModel = Field(description="its name: {zh: 迎宾线, en: Welcome route}")
    lights: list[str] = Field(default_factory=list)
    assets: list[str] = Field(default_factory=list)
    all_of: list[ScopeText] = Field(default_factory=list)
    any_of: list[ScopeText] = Field(default_factory=list)
    none_of: list[ScopeText] = Field(default_factory=list)
