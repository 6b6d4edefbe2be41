"""``safety:`` of ``site.yaml``: how much one person may move alone, and how long a selection or a proposal lives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from controller.logic.confirmation import Thresholds
from controller.settings.fields import Duration, Model

TOGETHER = timedelta(minutes=15)
"""What one person orders within this time counts as one order for the limits of what one person may move alone."""
SELECTION = timedelta(seconds=30)
PROPOSAL = timedelta(minutes=5)
COUNTERSIGN = timedelta(hours=2)
"""DESIGN section 4. A site may be stricter than these, never laxer."""


class SafetyModel(Model):
    """``safety:``; every bound is the laxest a site may choose."""

    cabinets: Annotated[int, Field(ge=1, le=50)] = 50
    district_percent: Annotated[float, Field(ge=0, le=5)] = 5.0
    dark_below_percent: Annotated[float, Field(ge=1, le=100)] = 10.0
    together: Annotated[Duration, Field(ge=TOGETHER.total_seconds(), le=86_400)] = TOGETHER.total_seconds()
    selection: Annotated[Duration, Field(gt=0, le=SELECTION.total_seconds())] = SELECTION.total_seconds()
    proposal: Annotated[Duration, Field(gt=0, le=PROPOSAL.total_seconds())] = PROPOSAL.total_seconds()
    countersign: Annotated[Duration, Field(gt=0, le=COUNTERSIGN.total_seconds())] = COUNTERSIGN.total_seconds()

    def built(self) -> Safety:
        """As the controller uses it."""
        return Safety(
            thresholds=Thresholds(self.cabinets, self.district_percent, self.dark_below_percent, self.together),
            selection=timedelta(seconds=self.selection),
            proposal=timedelta(seconds=self.proposal),
            countersign=timedelta(seconds=self.countersign),
        )


@dataclass(frozen=True, slots=True)
class Safety:
    """What asks for a second person, and the times people are given."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    selection: timedelta = SELECTION
    proposal: timedelta = PROPOSAL
    countersign: timedelta = COUNTERSIGN

    def at(self, speed: float) -> Safety:
        """In a demo ``speed`` times as fast as life people think no faster: their times keep their real length."""
        thresholds = replace(self.thresholds, together_s=self.thresholds.together_s * speed)
        return Safety(thresholds, self.selection * speed, self.proposal * speed, self.countersign * speed)
