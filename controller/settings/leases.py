"""How long manual values live: by slot and class, when people are warned, and what stands for longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from controller.domain.rights import OwnerClass
from controller.domain.slots import MAX_LEASE, Slot
from controller.settings.lease_models import LeaseModel, LeaseRulesModel, LeaseTermsModel
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import did_you_mean

DEFAULT_LEASE = timedelta(hours=2)
"""A lease's length when neither the person nor the site says: half a shift's attention."""

_LABELS = {slot.label: slot for slot in MAX_LEASE}
_NOT_TARGETS = (OwnerClass.PLANS, OwnerClass.SCHEDULES, OwnerClass.CONFIG, OwnerClass.USERS)
_TARGET_CLASSES = tuple(one for one in OwnerClass if one not in _NOT_TARGETS)


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease lives when nobody says, and at most."""

    default: timedelta
    maximum: timedelta


@dataclass(frozen=True, slots=True)
class LeaseLimits:
    """How long a lease of one slot lives when nobody says, and at most; ``classes`` may be stricter each."""

    default: timedelta
    maximum: timedelta
    classes: Mapping[str, LeaseTerms] = field(default_factory=dict)

    def of(self, owner_class: str) -> LeaseTerms:
        """For targets of this class (``Target.owner_class``)."""
        return self.classes.get(owner_class) or LeaseTerms(self.default, self.maximum)


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """What holds for leases of every slot.

    People are warned ``warn_before`` the end of a lease, or when only ``warn_share`` of it is left where that is
    later (a lease of half an hour is not warned of during a third of its life). A standing order lasts longer than
    its slot's maximum, ``standing_maximum`` at most (never more than 30 days), and somebody confirms it anew each
    ``shift``.
    """

    warn_before: timedelta = timedelta(minutes=10)
    warn_share: float = 0.2
    shift: timedelta = timedelta(hours=12)
    standing_maximum: timedelta = timedelta(days=30)

    def at(self, speed: float) -> LeaseRules:
        """In a demo ``speed`` times as fast as life people read no faster: warnings keep their real time."""
        return replace(self, warn_before=self.warn_before * speed)


def terms_of(leases: Mapping[Slot, LeaseLimits], slot: Slot, owner_class: str) -> LeaseTerms:
    """The terms of a leased slot for a class of targets; DESIGN's where the site says nothing.

    Raises:
        KeyError: the slot takes no lease.
    """
    limits = leases.get(slot)
    if limits is None:
        return LeaseTerms(min(DEFAULT_LEASE, MAX_LEASE[slot]), MAX_LEASE[slot])
    return limits.of(owner_class)


def lease_rules_of(model: LeaseRulesModel) -> LeaseRules:
    """The rules as the controller uses them."""
    return LeaseRules(
        timedelta(seconds=model.warn_before),
        model.warn_share,
        timedelta(seconds=model.shift),
        timedelta(seconds=model.standing_maximum),
    )


def leases_of(models: Mapping[str, LeaseModel], spot: Spot, findings: Findings) -> Mapping[Slot, LeaseLimits]:
    """Limits of every leased slot: the site's where it says so, DESIGN's otherwise, never longer."""
    limits = {slot: LeaseLimits(min(DEFAULT_LEASE, longest), longest) for slot, longest in MAX_LEASE.items()}
    for label, model in models.items():
        here, slot = spot.at(label), _LABELS.get(label)
        if slot is None:
            findings.add(here, "not a slot that people lease", did_you_mean(label, _LABELS))
        else:
            limits[slot] = _limits(slot, model, here, findings)
    return limits


def _limits(slot: Slot, model: LeaseModel, spot: Spot, findings: Findings) -> LeaseLimits:
    whole = _terms(f"slot {slot.label}", model, MAX_LEASE[slot], spot, findings)
    classes = dict(_classes(slot, model, whole, spot, findings))
    return LeaseLimits(whole.default, whole.maximum, classes)


def _classes(
    slot: Slot, model: LeaseModel, whole: LeaseTerms, spot: Spot, findings: Findings
) -> Iterator[tuple[str, LeaseTerms]]:
    for owner_class, terms in model.classes.items():
        here = spot.at("classes", owner_class.value)
        if owner_class not in _TARGET_CLASSES:
            findings.add(here, "not a class of targets", f"one of {', '.join(_TARGET_CLASSES)}")
        yield (
            owner_class.value,
            _terms(f"{owner_class.value} in slot {slot.label}", terms, whole.maximum, here, findings),
        )


def _terms(
    what: str, model: LeaseModel | LeaseTermsModel, longest: timedelta, spot: Spot, findings: Findings
) -> LeaseTerms:
    maximum = longest if model.maximum is None else timedelta(seconds=model.maximum)
    default = timedelta(seconds=model.default)
    if maximum > longest:
        findings.add(spot.at("maximum"), f"longer than a lease of {what} may be", f"at most {_hours(longest)}")
    elif default > maximum:
        hint = f"at most its maximum, {_hours(maximum)}"
        findings.add(spot.at("default"), f"longer than a lease of {what} may be", hint)
    for key, length in (("default", default), ("maximum", maximum)):
        if not length:
            findings.add(spot.at(key), "a lease without length", "say how long: 2h")
    maximum = min(maximum, longest)
    return LeaseTerms(min(default, maximum), maximum)


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:g}h"
