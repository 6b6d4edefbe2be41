"""The form of ``leases:`` and ``lease_rules:`` in ``site.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from controller.domain.rights import OwnerClass
from controller.settings.fields import Duration, Model, Word


class LeaseTermsModel(Model):
    """One class of targets in one slot: ``{default: 1h, maximum: 4h}``."""

    default: Duration = Field(description="how long when nobody says: 1h")
    maximum: Duration | None = None


class LeaseModel(Model):
    """One slot's leases: ``{default: 2h, maximum: 8h, classes: {road_lighting: {default: 1h, maximum: 4h}}}``."""

    default: Duration = Field(description="how long when nobody says: 2h")
    maximum: Duration | None = None
    classes: dict[Word[OwnerClass], LeaseTermsModel] = Field(default_factory=dict)


class LeaseRulesModel(Model):
    """``lease_rules:``; each field is explained at ``controller.settings.leases.LeaseRules``."""

    warn_before: Annotated[Duration, Field(ge=0, le=86_400)] = Field(default=600.0)
    warn_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    shift: Annotated[Duration, Field(ge=3_600, le=86_400)] = Field(default=43_200.0)
    standing_maximum: Annotated[Duration, Field(gt=0, le=30 * 86_400)] = Field(default=30 * 86_400.0)
