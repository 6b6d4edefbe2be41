"""Lines over what a gate lets out: nowhere under it, and nothing against the head."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import TargetId
from controller.logic.hydraulics.links import gate_flow_m3s
from controller.logic.hydraulics.network import GravityGate
from controller.logic.optimiser.gate_lines import lines_of

GATE = GravityGate(TargetId("S/G1"), "a", "river", 3.0, 2.0, 0.2)


@given(outer=st.floats(-1.0, 3.0), level=st.floats(0.0, 2.0), usual=st.floats(0.0, 2.0))
def test_no_line_lies_under_the_flow_it_is_drawn_over(outer: float, level: float, usual: float) -> None:
    lines, _ = lines_of(GATE, outer, 0.0, 2.0, usual)
    if not lines or level < outer + 0.1:  # below that head no gate opens
        return
    over = min(line.at_zero_m3s + line.per_m * level for line in lines)
    assert over >= gate_flow_m3s(GATE, 1.0, level, outer) * 0.98  # between points the curve lies over its chord


def test_a_gate_whose_water_stands_well_under_the_tide_is_not_reckoned_with() -> None:
    assert lines_of(GATE, 1.5, 0.0, 2.0, 1.0) == ((), 0.0)
    assert lines_of(GATE, 2.5, 0.0, 2.0, 2.0) == ((), 0.0)
    assert lines_of(GATE, 0.5, 0.0, 2.0, 1.0)[0]
