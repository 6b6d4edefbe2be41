"""What lies around the stations reaches their decisions, and comes out the same in a replay."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest

from controller.domain.image import Image
from controller.domain.operating import DisciplineName, OperatingState
from controller.domain.rights import CITY
from controller.logic.contract import Moment
from controller.logic.water_around import Guidance, WaterAround
from controller.runtime.recording.core import Core
from tests.unit.runtime.recording.recorded_city import live_core, recorded_city, replay
from tests.unit.runtime.soft_city import PS, person


@dataclass
class Said:
    """A source in a test's hands."""

    known: dict[str, object] = field(default_factory=dict)
    version: int = 0
    looks: int = 0
    broken: bool = False

    def say(self, station: str, known: object) -> None:
        self.known[station] = known
        self.version += 1

    def look(self, image: Image, moment: Moment) -> int:
        assert image.blocks
        assert moment.s >= 0.0
        self.looks += 1
        if self.broken:
            raise RuntimeError("the model fell over")
        return self.version

    def at(self, station: str) -> object | None:
        return self.known.get(station)


def test_every_field_has_an_answer_for_not_known() -> None:
    assert all(getattr(WaterAround(), one.name) == {} for one in fields(WaterAround))


async def test_what_is_declared_for_water_is_known_to_its_stations_and_gone_when_it_ends(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        water, states = city.assembly.water, city.controller.desks.states
        assert water.around().response == {}
        await states.declare(
            DisciplineName.WATER, CITY, OperatingState.FLOOD_III, for_s=600.0, reason="typhoon", caller=person("zhou")
        )
        await city.until(lambda: water.around().response == {PS: 3})
        await states.end(states.list()[0].id, person("zhou"), reason="over")
        await city.until(lambda: water.around().response == {})
    assert replay(tmp_path).differences == []


async def test_a_source_is_asked_again_only_when_its_number_changed_and_levels_are_told_in_centimetres(
    tmp_path: Path,
) -> None:
    async with recorded_city(tmp_path) as city:
        water, levels = city.assembly.water, Said()
        city.assembly.waters.ask("reach_m", levels)
        levels.say(PS, 2.3141)
        await city.until(lambda: water.around().reach_m.get(PS) == pytest.approx(2.31))
        levels.known[PS] = 9.9  # without another number it is not asked
        await city.clock.sleep(5.0)
        assert water.around().reach_m[PS] == pytest.approx(2.31)
        with pytest.raises(ValueError, match="no field weather"):
            city.assembly.waters.ask("weather", levels)


async def test_a_source_that_fails_is_not_known_alarmed_and_nothing_else_stops(tmp_path: Path) -> None:
    async with recorded_city(tmp_path) as city:
        water, guidance = city.assembly.water, Said()
        city.assembly.waters.ask("guidance", guidance)
        guidance.say(PS, Guidance(shift_m=-0.2, reason="rain is coming"))
        await city.until(lambda: PS in water.around().guidance)
        guidance.broken = True
        await city.until(lambda: not water.around().guidance)
        failing = [one for one in city.controller.alarms() if one.condition == "source_failed" and not one.cleared]
        assert [one.source for one in failing] == ["waters/guidance"]
        turns = city.assembly.cycles[1].stats().cycles
        await city.clock.sleep(3.0)
        assert city.assembly.cycles[1].stats().cycles > turns
        guidance.broken = False
        await city.until(lambda: PS in water.around().guidance)
        assert not [one for one in city.controller.alarms() if one.condition == "source_failed" and not one.cleared]


async def test_what_was_told_is_on_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with recorded_city(tmp_path) as city:
        guidance = Said()
        city.assembly.waters.ask("guidance", guidance)
        guidance.say(PS, Guidance(least=1, reason="helps its neighbour"))
        await city.until(lambda: PS in live_core(city).water.around().guidance)
        await city.clock.sleep(3.0)
        live = live_core(city).memories()["water"]["_told"]
    repeated: list[Core] = []
    resume = Core.resume

    def kept(core: Core, *given: object) -> None:
        repeated.append(core)
        resume(core, *given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Core, "resume", kept)
    assert replay(tmp_path).differences == []
    assert repeated[-1].memories()["water"]["_told"] == live
