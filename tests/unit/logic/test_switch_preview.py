"""What a throw would do, added up: nothing is counted twice and nothing is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.lights import LightClass
from controller.logic.preview import Effect
from controller.logic.scopes import LightEntry
from controller.logic.staging import StagePlan, Strain
from controller.logic.switch_preview import NAMED, Load, SeenLight, staged_of, summarise


def light(number: int, feeder: str = "") -> LightEntry:
    return LightEntry(f"C{number}/K1", f"C{number}", "330106", "", "", "first", feeder, LightClass.ROAD, 8, 1200.0)


def test_it_is_told_by_feeder_by_cause_and_by_who_masks() -> None:
    seen = [
        SeenLight(light(1, "F1"), Effect.CHANGE, kw=1.2, interlocks=("light.no_restrike: wait",)),
        SeenLight(light(2, "F1"), Effect.CHANGE, kw=1.2),
        SeenLight(light(3), Effect.CHANGE, kw=-0.5),
        SeenLight(light(4), Effect.NO_CHANGE),
        SeenLight(light(5), Effect.MASKED, masked_by="city_manual of cai (off: typhoon)"),
        SeenLight(light(6), Effect.EXCLUDED, cause="DEVICE_OFFLINE"),
        SeenLight(light(7), Effect.EXCLUDED, cause="BLOCKED_BY_TAG"),
    ]
    found = summarise(seen, {"F1": 20.0}, {"F1": Load(3.5, 2)})
    assert (found.lights, found.lamps, found.changing, found.changing_lamps, found.already) == (7, 56, 3, 24, 1)
    assert found.step_kw == 1.9
    assert [(one.feeder, one.known, one.lights, one.step_kw, one.now_kw, one.unmeasured) for one in found.feeders] == [
        ("F1", True, 2, 2.4, 3.5, 2),
        ("330106", False, 1, -0.5, None, 0),
    ]
    assert [(one.why, one.first) for one in found.masked] == [("city_manual of cai (off: typhoon)", ("C5/K1",))]
    assert [(one.why, one.lights) for one in found.left_out] == [("BLOCKED_BY_TAG", 1), ("DEVICE_OFFLINE", 1)]
    assert [(one.why, one.lights) for one in found.interlocked] == [("light.no_restrike: wait", 1)]


@given(st.lists(st.sampled_from(Effect), max_size=60))
def test_every_light_is_counted_once(effects: list[Effect]) -> None:
    seen = [SeenLight(light(n), effect, cause="X", masked_by="Y") for n, effect in enumerate(effects)]
    found = summarise(seen, {}, {})
    apart = sum(one.lights for one in (*found.masked, *found.left_out))
    assert found.lights == found.changing + found.already + apart == len(effects)
    assert all(len(one.first) == min(one.lights, NAMED) for one in (*found.masked, *found.left_out))


def test_staging_is_told_by_the_worst_area_and_nothing_is_told_of_nothing() -> None:
    usual = StagePlan(3, 8.0, (Strain("F1 road", 4.0, 5.0), Strain("F2 road", 1.0, 5.0)))
    hurried = StagePlan(3, 2.0, (Strain("F2 road", 2.0, 5.0), Strain("F1 road", 16.0, 5.0)))
    staged = staged_of(usual, hurried, urgent=True)
    assert staged is not None
    assert (staged.area, staged.kw_per_s, staged.urgent_kw_per_s, staged.urgent) == ("F1 road", 4.0, 16.0, True)
    assert staged_of(StagePlan(0, 0.0, ()), StagePlan(0, 0.0, ()), urgent=False) is None
