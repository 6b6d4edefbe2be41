"""The fault-detection bench in short: one cabinet, one seed; what it finds, and that it finds nothing else."""

from __future__ import annotations

from random import Random

from controller.logic.faults.kinds import FaultKind
from controller.logic.faults.rules import FaultRules
from tests.bench.lighting_faults import by_name, scored
from tests.bench.lighting_faults_report import report
from tests.bench.lighting_injections import lamps
from tests.bench.lighting_nights import record_night, specimen


def test_one_lamp_of_forty_five_is_told_on_a_noisy_night_and_quiet_nights_stay_quiet() -> None:
    one, random = specimen(0, 5, FaultRules()), Random(5)  # noqa: S311 - a night is made again from its seed
    for night in range(3):
        assert record_night(one, night, None, random, lambda *_: None) == []
    broken = lamps(one.cabinet.circuits[0], random, 1)
    (raised,) = record_night(one, 3, broken, random, lambda *_: None)
    assert (raised.kind, raised.about) == (FaultKind.LAMP_LOSS, one.cabinet.circuits[0].id)
    assert 0.0 < raised.at_s - broken.at_s < 3600.0


def test_a_scored_seed_makes_a_page() -> None:
    score = scored(11, 1, 0, 1)
    assert score.nights == 6
    assert len(score.cases) == 1
    page = report([score])
    assert all(f"| {name} |" in page for name in by_name(score))
