"""Whether what was shown still holds, and how big a step an order makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.intents import Dim, Direction, Intent, StationMode, StationOrder, Switch, UnitMode, UnitOrder
from controller.logic.preview import Drift, Signature, drift, grouped, step_of, ungrouped
from tests.unit.logic.roster_rig import ONE, POLE, lamp, member
from tests.unit.logic.water_rig import PS

SHOWN = Signature("", "on", "change", proven=True)
OFFLINE, LOCAL = Signature("DEVICE_OFFLINE", "", "excluded", False), Signature("BLOCKED_LOCAL", "", "excluded", False)


@pytest.mark.parametrize(
    ("before", "after", "now", "later"),
    [
        pytest.param(SHOWN, SHOWN, "same", "same", id="nothing changed"),
        pytest.param(SHOWN, OFFLINE, "lost", "lost", id="a member lost only narrows it"),
        pytest.param(SHOWN, None, "lost", "lost", id="a member that left the site"),
        pytest.param(SHOWN, LOCAL, "changed", "changed", id="turned to LOCAL"),
        pytest.param(SHOWN, SHOWN._replace(firm="on; hold dry_run"), "changed", "changed", id="an interlock acts"),
        pytest.param(SHOWN, SHOWN._replace(effect="no_change"), "changed", "same", id="done by somebody else"),
        pytest.param(SHOWN, SHOWN._replace(proven=False), "changed", "same", id="its proof lost its quality"),
        pytest.param(SHOWN._replace(proven=False), SHOWN, "same", "same", id="its proof became good"),
        pytest.param(OFFLINE, SHOWN, "same", "same", id="what was left out stays out"),
        pytest.param(LOCAL, OFFLINE, "same", "same", id="left out for another reason"),
    ],
)
def test_what_was_shown_holds_or_narrows_or_is_void(
    before: Signature, after: Signature | None, now: str, later: str
) -> None:
    what = {"same": Drift((), ()), "lost": Drift(("K1",), ()), "changed": Drift((), ("K1",))}
    today = {} if after is None else {"K1": after}
    assert drift({"K1": before}, today, firm_only=False) == what[now], "a selection"
    assert drift({"K1": before}, today, firm_only=True) == what[later], "a proposal"


@given(
    st.dictionaries(
        st.text(min_size=1),
        st.builds(Signature, st.text(), st.sampled_from(("on", "off")), st.sampled_from(("a", "b")), st.booleans()),
    )
)
def test_signatures_come_back_as_they_were_kept(shown: dict[str, Signature]) -> None:
    assert ungrouped(iter(grouped(shown))) == shown


@pytest.mark.parametrize(
    ("target", "value", "actual", "running", "power_kw"),
    [
        (lamp(ONE, 1), Switch(True), False, None, 1.2),
        (lamp(ONE, 1), Switch(True), True, None, 0.0),
        (lamp(ONE, 1), Switch(True), None, None, 1.2),
        (lamp(ONE, 1), Switch(False), True, None, -1.2),
        (lamp(ONE, 1), Switch(False), None, None, -1.2),
        (POLE, Dim(50.0), 100.0, None, -0.06),
        (POLE, Dim(50.0), None, None, 0.06),
        (f"{PS}/P1", UnitOrder(UnitMode.START), False, None, 100.0),
        (f"{PS}/P1", UnitOrder(UnitMode.START), None, None, 100.0),
        (f"{PS}/P1", UnitOrder(UnitMode.STOP), True, None, -100.0),
        (f"{PS}/P1", UnitOrder(UnitMode.AUTO), True, None, 0.0),
        (PS, StationOrder(StationMode.COUNT, 2), None, 1, 100.0),
        (PS, StationOrder(StationMode.COUNT, 2), None, None, 200.0),
        (PS, StationOrder(StationMode.COUNT, 0, Direction.DRAIN), None, 2, -200.0),
        (PS, StationOrder(StationMode.HAND_BACK), None, 2, 0.0),
    ],
)
def test_the_power_step_is_told_and_where_nobody_knows_the_whole_of_it(
    target: str, value: Intent, actual: object, running: int | None, power_kw: float
) -> None:
    step = step_of(member(target), value, actual, running)
    assert step.power_kw == pytest.approx(power_kw)
    assert bool(step.flow_m3s) == (target.startswith(PS) and bool(power_kw))
