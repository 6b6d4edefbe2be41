"""Totals kept as things change are what counting everything anew would give."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from controller.domain.image import LinkState
from controller.domain.points import Reading, bad, good, uncertain
from controller.domain.quality import Detail
from controller.runtime.book import RequestBook
from controller.runtime.light_totals import AT_ONCE, LightTotals
from controller.runtime.table import ImageTable
from tests.bench.synthetic import CabinetField, ManualTime, cabinet_city, order_on
from tests.unit.runtime.large_city import large_city

CABINETS = 3
READINGS = st.sampled_from((good(True), good(False), uncertain(True, Detail.FROZEN), bad(Detail.FAILURE)))
STEP = st.tuples(st.integers(0, CABINETS - 1), st.integers(1, 6), st.one_of(READINGS, st.floats(1.0, 400.0), st.none()))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=12))
@example(steps=[(0, 1, 11.0), (0, 1, 2.00001), (0, 1, None), (0, 1, None)])
@example(steps=[(0, 1, 11.0), (0, 1, 2.0), (0, 1, None), (0, 1, None)])
def test_kept_totals_are_those_counted_anew(steps: list[tuple[int, int, Reading | float | None]]) -> None:
    site, clock = cabinet_city(CABINETS), ManualTime()
    book, table = RequestBook(site.city.targets), ImageTable({device: {} for device in site.city.cabinets})
    CabinetField(site, clock, table)
    kept = LightTotals(site, table, book, clock)
    for number, circuit, what in steps:
        device = list(site.city.cabinets)[number]
        if isinstance(what, Reading):
            table.store(device, {f"K{circuit}.feedback": what, f"K{circuit}.power_w": good(1234.0, clock.monotonic())})
        elif what is None:
            table.set_link(device, LinkState.OFFLINE)
        else:
            clock.pass_s(what)
            kept.decided([book.decide(f"{device}/K{circuit}", clock.monotonic())])
        clock.pass_s(0.5)
        assert kept.now() == LightTotals(site, table, book, clock).now()


async def test_a_large_city_is_counted_in_slices_and_unknown_until_then(tmp_path: Path) -> None:
    async with large_city(tmp_path, 2 * AT_ONCE) as city:
        totals = city.assembly.controller.totals
        first = totals.now()
        assert (first.circuits, first.circuits_unknown) == (len(city.targets), len(city.targets) - AT_ONCE * 6)
        assert totals.now().circuits_unknown == 0


async def test_what_is_decided_shows_as_disagreement_until_the_field_follows(tmp_path: Path) -> None:
    async with large_city(tmp_path, 2) as city:
        await city.settled()
        assert city.assembly.controller.overview().lighting.circuits_disagree == 0
        city.assembly.book.hold(order_on(city.targets[0], city.clock))
        await city.settled()
        shown = city.assembly.controller.overview()
        assert (shown.lighting.circuits_disagree, shown.leases) == (1, 1)
        city.field.obey(city.sent)
        assert city.assembly.controller.overview().lighting.circuits_disagree == 0
