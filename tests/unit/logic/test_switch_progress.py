"""Where each light of a thrown switch stands: one stage each, power after contact, nothing proved that is not."""

from __future__ import annotations

import pytest

from controller.domain.command import Cause, CommandState
from controller.logic.switch_progress import Field, Stage, Told, standing
from controller.logic.switching import Drawn, PowerProof, judge_power

PROOF = PowerProof(steady_s=15.0, on_percent=50.0, off_percent=10.0)
HERE = Field(ready=True, agrees=True)


def told(state: str, **said: object) -> Told:
    given: dict[str, object] = {"held": True, "since_s": 60.0} | said
    return Told(CommandState(state), **given)  # type: ignore[arg-type]  # what the table varies


@pytest.mark.parametrize(
    ("percent", "power_w", "drawn"),
    [
        (100.0, 1000.0, Drawn.PROVED),
        (100.0, 500.0, Drawn.PROVED),
        (100.0, 499.0, Drawn.BETWEEN),
        (100.0, 99.0, Drawn.AGAINST),
        (0.0, 99.0, Drawn.PROVED),
        (0.0, 100.0, Drawn.AGAINST),
        (0.0, 900.0, Drawn.AGAINST),
        (40.0, 200.0, Drawn.PROVED),
        (40.0, 150.0, Drawn.BETWEEN),
        (40.0, 20.0, Drawn.AGAINST),
    ],
)
def test_what_power_says(percent: float, power_w: float, drawn: Drawn) -> None:
    assert judge_power(percent, 1000.0, power_w, PROOF) is drawn


@pytest.mark.parametrize(
    ("of", "seen", "percent", "stage", "retry"),
    [
        (told("VALIDATED"), HERE, 100.0, Stage.WAITING, False),
        (told("VALIDATED", cause=Cause.LOCAL), HERE, 100.0, Stage.HELD, True),
        (told("QUEUED"), HERE, 100.0, Stage.WAITING, False),
        (told("SENT"), HERE, 100.0, Stage.SENT, False),
        (told("INDETERMINATE"), HERE, 100.0, Stage.SENT, False),
        (told("INDETERMINATE"), Field(ready=False), 100.0, Stage.UNREACHABLE, True),
        (told("ACKED"), HERE, 100.0, Stage.ACKNOWLEDGED, False),
        (told("VERIFYING"), HERE, 100.0, Stage.ACKNOWLEDGED, False),
        (told("MISMATCH"), HERE, 100.0, Stage.MISMATCHED, True),
        (told("FAILED", cause=Cause.OFFLINE), HERE, 100.0, Stage.UNREACHABLE, True),
        (told("FAILED", cause=Cause.NO_FEEDBACK), HERE, 100.0, Stage.MISMATCHED, True),
        (told("EXPIRED"), HERE, 100.0, Stage.WAITING, False),
        (told("EXPIRED", held=False), HERE, 100.0, Stage.ENDED, False),
        (told("SUPERSEDED", held=False), HERE, 100.0, Stage.ENDED, False),
        (told("REJECTED", cause=Cause.OFFLINE, held=False), HERE, 100.0, Stage.UNREACHABLE, True),
        (told("REJECTED", cause=Cause.TAGGED, held=False), HERE, 100.0, Stage.REFUSED, True),
        (told("REJECTED", cause=Cause.NO_AUTHORITY, held=False), HERE, 100.0, Stage.REFUSED, False),
        (told("REJECTED", cause=Cause.OUT_OF_RANGE, held=False), HERE, 100.0, Stage.REFUSED, False),
        (told("CONFIRMED"), HERE, 100.0, Stage.BY_CONTACT, False),
        (told("CONFIRMED"), Field(True, True, 800.0), 100.0, Stage.BY_POWER, False),
        (told("CONFIRMED"), Field(True, True, 300.0), 100.0, Stage.BY_CONTACT, False),
        (told("CONFIRMED"), Field(True, True, 0.0), 100.0, Stage.MISMATCHED, True),
        (told("CONFIRMED", since_s=3.0), Field(True, True, 0.0), 100.0, Stage.BY_CONTACT, False),
        (told("CONFIRMED"), Field(True, True, 0.0), 0.0, Stage.BY_POWER, False),
        (told("CONFIRMED"), Field(True, True, 800.0), 0.0, Stage.MISMATCHED, True),
        (told("CONFIRMED"), Field(True, False, 800.0), 100.0, Stage.MISMATCHED, True),
        (told("CONFIRMED"), Field(False, None, None), 100.0, Stage.BY_CONTACT, False),
        (told("CONFIRMED", held=False), Field(True, False, 0.0), 100.0, Stage.BY_CONTACT, False),
        (told("CONFIRMED", masked_by="city"), HERE, 100.0, Stage.MASKED, False),
    ],
)
def test_each_light_stands_in_one_stage(of: Told, seen: Field, percent: float, stage: Stage, retry: bool) -> None:
    found = standing(of, seen, percent, 1000.0, PROOF)
    assert (found.stage, found.retry) == (stage, retry)


@pytest.mark.parametrize(
    ("of", "seen", "rated_w", "awaits"),
    [
        (told("CONFIRMED"), HERE, 1000.0, True),
        (told("CONFIRMED", since_s=3.0), Field(True, True, 0.0), 1000.0, True),
        (told("CONFIRMED"), Field(True, True, metered=False), 1000.0, False),
        (told("CONFIRMED"), HERE, 0.0, False),
        (told("CONFIRMED"), Field(ready=False), 1000.0, False),
        (told("CONFIRMED"), Field(True, True, 300.0), 1000.0, False),
        (told("CONFIRMED"), Field(True, True, 800.0), 1000.0, False),
        (told("CONFIRMED", held=False), HERE, 1000.0, False),
    ],
)
def test_power_is_awaited_only_where_it_can_still_come(of: Told, seen: Field, rated_w: float, awaits: bool) -> None:
    assert standing(of, seen, 100.0, rated_w, PROOF).awaits_power is awaits
