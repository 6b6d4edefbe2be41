"""Forecasts at work: the inbox, what lives over a restart, past error, staleness, rain as alarms, the provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.domain.image import Image
from controller.logic.contract import Moment
from controller.logic.forecasts.places import ForecastPlaces
from controller.logic.forecasts.series import Forecast, ForecastKind
from controller.logic.weather_signals import WeatherSignal
from controller.runtime.alarms import Priority
from controller.runtime.forecasts.forecasts import Forecasts
from controller.runtime.forecasts.inbox import CONDITION, FOLDER, SOURCE
from controller.runtime.forecasts.model_levels import ModelLevels
from controller.runtime.forecasts.office import STALE
from controller.runtime.hydraulics.views import GaugeView, NetworkView, ReachView
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.forecasts.office_rig import WEST, Office, office
from tests.unit.runtime.forecasts.rainy_city import LG, RAINY, RG, TG, csv
from tests.unit.runtime.soft_city import PS, SoftCity, person, soft_city
from tests.unit.settings.small_site import FILES

RAIN = ForecastKind.RAIN
TABLE = """\
潮位站,发布时间,潮时,潮位,高低潮
钱塘江潮位站,2026-01-01 08:00,2026-06-21 16:10,1.0,低潮
钱塘江潮位站,2026-01-01 08:00,2026-06-21 22:30,4.1,高潮
"""


@pytest.fixture(autouse=True)
def rainy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in RAINY.items():
        monkeypatch.setitem(FILES, name, text)


def foreseen(city: SoftCity) -> Forecasts:
    return city.assembly.forecasts.forecasts


def inbox(tmp_path: Path, name: str = "inbox") -> Path:
    folder = tmp_path / "data" / FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def test_files_in_the_inbox_are_taken_once_at_rest_and_moved_away(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        (inbox(tmp_path) / "meteo_1.csv").write_bytes(csv(4.0, 5.0).encode("gb18030"))
        (inbox(tmp_path) / "tide_2026.csv").write_bytes(b"\xef\xbb\xbf" + TABLE.encode())
        (inbox(tmp_path) / "notes.txt").write_text("not ours")
        (inbox(tmp_path) / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
        await city.clock.sleep(25.0)
        current, table = foreseen(city).current(RAIN, RG), foreseen(city).tide_table(TG)
        assert current is not None
        assert (current.source, [step.value for step in current.steps]) == ("meteo", [4.0, 5.0])
        assert table is not None
        assert table.source == "tide"
        assert names(inbox(tmp_path)) == ["link.csv", "notes.txt"]
        assert names(inbox(tmp_path, "done")) == ["meteo_1.csv", "tide_2026.csv"]
        assert names(inbox(tmp_path, "taking")) == []


async def test_a_wrong_file_is_put_aside_with_the_reason_and_told_until_a_good_one_comes(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        (inbox(tmp_path) / "meteo_1.csv").write_text(csv(4.0, 5.0).replace("5.0\n", "x\n"))
        (inbox(tmp_path) / "bytes_1.csv").write_bytes(b"\xff\xfe\xff\x81")
        await city.clock.sleep(25.0)
        assert foreseen(city).current(RAIN, RG) is None
        refused = inbox(tmp_path, "refused")
        assert names(refused) == ["bytes_1.csv", "bytes_1.csv.txt", "meteo_1.csv", "meteo_1.csv.txt"]
        assert "line 3, column 'mm'" in (refused / "meteo_1.csv.txt").read_text()
        assert city.assembly.alarms.standing(SOURCE, CONDITION)
        (inbox(tmp_path) / "meteo_2.csv").write_text(csv(4.0, 5.0))
        await city.clock.sleep(25.0)
        assert foreseen(city).current(RAIN, RG) is not None
        assert not city.assembly.alarms.standing(SOURCE, CONDITION)


async def test_without_evidence_a_file_waits_and_is_taken_when_the_journal_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path) as city:

        async def unwritable(*_: object) -> None:
            raise StoreError("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr(city.assembly.evidence, "before", unwritable)
            (inbox(tmp_path) / "meteo_1.csv").write_text(csv(4.0))
            await city.clock.sleep(25.0)
            assert foreseen(city).current(RAIN, RG) is None
            assert names(inbox(tmp_path, "taking")) == ["meteo_1.csv"]
        await city.clock.sleep(25.0)
        assert foreseen(city).current(RAIN, RG) is not None


async def test_forecasts_tables_rain_scores_and_dismissals_live_over_a_restart(tmp_path: Path) -> None:
    async with office(tmp_path) as before:
        await before.take(csv(4.0, 4.0, 4.0, 4.0))
        await before.take(TABLE, "tide_2026.csv")
        await before.pass_by(2.2, RG=6.0, LG=2.75)
        figure = before.forecasts.figure(current(before), 1)
        assert figure is not None
        assert (figure.cases, round(figure.bias_mm)) == (1, -2)
        await before.dismiss()
        fallen = before.rain_mm(3)
        until = before.clock.now()
    async with office(tmp_path, start=until) as after:
        assert [step.value for step in current(after).steps] == [4.0] * 4
        assert after.forecasts.tide_table(TG) is not None
        kept = after.forecasts.figure(current(after), 1)
        assert kept is not None
        assert kept.cases == 1
        await after.pass_by(0.2, RG=6.0, LG=2.75)
        assert after.rain_mm(3) == pytest.approx(fallen + 1.2 - 0.5, abs=1.2), "the last minutes may not be kept yet"
        assert after.proposed() == []
        assert [one.by for one in after.assembly.conditions.states.dismissed()] == ["zhou"]


def current(at: Office) -> Forecast:
    found = at.forecasts.current(RAIN, RG)
    assert found is not None
    return found


async def test_a_stale_forecast_is_told_shown_and_used_by_nobody(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        await at.take(csv(*[20.0] * 24))
        now, soon = at.clock.now(), at.clock.now() + timedelta(hours=3)
        assert len(at.forecasts.rain("西湖雨量站", now, soon)) == 3
        assert len(at.forecasts.rain("城西片区", now, soon)) == 3, "its gauge's stands in"
        await at.pass_by(11.9, RG=0.0)
        assert not at.standing(RG, STALE)
        assert [one.kind for one in at.proposed()[0].grounds] == ["rain_expected"]
        await at.pass_by(0.2, RG=0.0)
        now = at.clock.now()
        assert at.forecasts.rain(RG, now, now + timedelta(hours=3)) == ()
        assert at.forecasts.error_figure(RG, 3.0) is None
        assert at.forecasts.newest(RAIN, RG) is not None
        assert at.standing(RG, STALE)
        (shown,) = at.assembly.forecasts.desk.show().forecasts
        assert (shown.stale, shown.used) == (True, False)
        (line,) = at.warnings().rain
        assert (line.expected_grade, line.next_6h_mm) == ("", None)
        assert at.proposed() == []
        await at.take(csv(1.0, 1.0, issued=now), "meteo_2.csv")
        await at.look()
        await at.pass_by(0.1, RG=0.0)
        assert not at.standing(RG, STALE)


async def test_issues_are_kept_for_comparing_and_then_let_go(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        for number in range(12):
            await at.take(csv(*[3.0] * 14, issued=at.clock.now()), f"meteo_{number}.csv")
            await at.pass_by(3.0, RG=2.0)
        figures = {lead: at.forecasts.figure(current(at), lead) for lead in (1, 3, 6, 12)}
        assert all(
            one is not None and one.usable and one.ratio == pytest.approx(1.5, abs=0.1) for one in figures.values()
        )
        assert {lead: one and round(one.mae_mm, 1) for lead, one in figures.items()} == pytest.approx(
            {1: 1.0, 3: 3.0, 6: 6.0, 12: 12.0}, abs=0.5
        )
        assert at.forecasts.error_figure(RG, 2.0) == figures[3]
        kept = list(at.forecasts.shelf.all())
        assert min(one.issued for one in kept) >= at.clock.now() - timedelta(hours=30.1)
        (line,) = at.warnings().rain
        assert line.next_6h_mm == pytest.approx(18.0, abs=0.1)
        assert line.usual_low_mm == pytest.approx(6.0, abs=1.0)
        assert line.usual_high_mm == pytest.approx(18.0, abs=1.0)


async def test_rain_reaches_its_signals_as_alarms_and_they_end(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        await at.pass_by(2.2, RG=25.0)
        reached = {grade: at.standing(RG, f"rain_{grade}") for grade in ("blue", "yellow", "orange", "red")}
        assert reached == {"blue": True, "yellow": True, "orange": True, "red": False}
        await at.pass_by(3.3, RG=0.0)
        assert not at.standing(RG, "rain_orange")
        assert at.standing(RG, "rain_yellow")


async def test_the_screen_shows_the_gravest_first_with_rates_times_rain_tide_and_grounds(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        for step in range(12):
            await at.pass_by(1 / 12, RG=30.0, LG=2.4 + 0.4 * (step + 1) / 12, TG=1.2)
        await at.take(csv(*[20.0] * 6, issued=at.clock.now()))
        await at.take(TABLE, "tide_2026.csv")
        at.assembly.alarms.set(f"{PS}/P1", "fault", "tripped", Priority.HIGH)
        await at.look()
        seen = at.warnings()
        assert at.assembly.warnings.view(lambda gauge: gauge != RG).rain == ()
    level, other = seen.levels
    assert (level.gauge, level.danger, other.gauge) == (LG, "guarantee_soon", TG)
    assert level.below_warning_m == pytest.approx(-0.1)
    assert level.rate_m_per_h == pytest.approx(0.4, abs=0.02)
    assert level.to_warning_s == 0.0
    assert level.to_guarantee_s == pytest.approx(3600.0, rel=0.1)
    (told,) = seen.rain
    assert told.sums[0].mm == pytest.approx(30.0, abs=3.0)
    assert (told.expected_grade, told.signal) == ("orange", "")
    assert told.expected_mm == pytest.approx(70.0, abs=3.0)
    assert told.forecast is not None
    assert told.usual_low_mm is None, "nothing could be compared yet"
    (outside,) = seen.tides
    assert outside.next_high is not None
    assert outside.next_high[1] == 4.1
    assert outside.off_m is not None
    (proposal,) = [one for one in seen.proposed if one.discipline == "water"]
    assert proposal.state == "flood_ii"
    assert [one.kind for one in proposal.grounds] == ["rain_expected", "level", "tide", "station"]
    assert "1 of 1 units out" in proposal.grounds[-1].text_en
    assert "duty officer" in proposal.may_declare_en


async def test_the_model_s_levels_count_beside_the_trend(tmp_path: Path) -> None:
    class Rising:
        def ahead(self, _: str) -> list[tuple[datetime, float]]:
            return [(at.clock.now() + timedelta(hours=hour), 2.0 + 0.5 * hour) for hour in (1, 2, 3)]

    async with office(tmp_path) as at:
        at.assembly.conditions.advisor.levels = Rising()
        await at.pass_by(1.0, LG=2.0)
        level = next(one for one in at.warnings().levels if one.gauge == LG)
        assert (level.danger, level.to_warning_s) == ("soon", None)
        assert level.expected_to_warning_s == pytest.approx(7200.0)
        assert level.expected_to_guarantee_s == pytest.approx(3 * 3600.0)
        assert level.expected_top_m == 3.5
        (proposal,) = at.proposed()
        assert (proposal.state, proposal.grounds[0].kind) == ("flood_ii", "level_expected")


async def test_a_dismissed_proposal_stays_down_until_its_grounds_change_or_it_was_away_for_an_hour(
    tmp_path: Path,
) -> None:
    async with office(tmp_path) as at:
        await at.pass_by(0.2, LG=2.75)
        assert [one.state for one in at.proposed()] == ["flood_iv"]
        await at.dismiss()
        await at.pass_by(0.2, LG=2.85)
        assert at.proposed() == [], "more of the same is nothing new"
        assert not at.standing(WEST, "state_proposed") or at.assembly.conditions.states.proposed()
        await at.take(csv(*[5.0] * 12, issued=at.clock.now()))
        await at.pass_by(0.1, LG=2.85)
        assert [one.state for one in at.proposed()] == ["flood_iv"], "rain is another ground"
        await at.dismiss()
        await at.pass_by(0.1, LG=3.25)
        assert [one.state for one in at.proposed()] == ["flood_ii"], "it became graver"
        await at.dismiss()
        await at.pass_by(0.5, LG=3.25)
        assert at.proposed() == []


async def test_once_nothing_was_proposed_for_an_hour_the_same_grounds_are_news_again(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        await at.pass_by(0.2, LG=2.75)
        await at.dismiss()
        await at.pass_by(0.5, LG=2.0)
        await at.pass_by(0.1, LG=2.75)
        assert at.proposed() == []
        await at.pass_by(1.2, LG=2.0)
        await at.pass_by(0.1, LG=2.75)
        assert [one.state for one in at.proposed()] == ["flood_iv"]


async def test_a_standing_rain_signal_reaches_the_stations_it_covers(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        signals, weather = city.assembly.rain_signals, city.controller.desks.weather

        def at() -> str | None:
            signals.look(Image({}), Moment(city.clock.now(), city.clock.monotonic()))
            return signals.at(PS)

        assert at() is None
        await weather.set("rainstorm", "blue", "city", person("lin"), reason="office")
        assert at() == "blue"
        await weather.set("rainstorm", "red", "division:330106", person("lin"), reason="office", for_s=60.0)
        assert at() == "red"
        await city.clock.sleep(70.0)
        assert at() == "blue"


async def test_a_rain_signal_for_a_street_reaches_the_stations_and_gauges_that_stand_in_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        signals, book, site = city.assembly.rain_signals, city.assembly.daylight.asked.signals, city.site
        station = replace(site.city.stations[PS], street="文新街道")
        gauge = replace(site.city.gauges[LG], street="北山街道")
        assets = replace(site.city, stations={PS: station}, gauges={LG: gauge})
        signals.adopt(replace(site, city=assets))
        now = city.clock.now()
        for colour, scope in (
            ("orange", "street:文新街道"),
            ("blue", "street:330106/北山街道"),
            ("red", "street:别处"),
        ):
            ends = now + timedelta(hours=1)
            book.put(WeatherSignal(colour, "rainstorm", colour, scope, "lin", "", now, ends, float("inf")))
        signals.look(Image({}), Moment(now, city.clock.monotonic()))
        assert (signals.at(PS), signals.at(LG)) == ("orange", "blue")


async def test_a_reload_lets_forecasts_of_a_place_that_went_go(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        await at.take(csv(4.0, of="城西片区"))
        await at.take(csv(4.0, 4.0))
        settings = at.assembly.site.forecasts
        left = {name: one for name, one in settings.places.places.items() if name != "城西片区"}
        at.assembly.forecasts.adopt(replace(at.assembly.site, forecasts=replace(settings, places=ForecastPlaces(left))))
        assert {one.of for one in at.forecasts.shelf.all()} == {RG}
    async with office(tmp_path) as again:
        assert {one.of for one in again.forecasts.shelf.all()} == {RG}


async def test_the_network_s_times_to_a_limit_are_told_for_its_gauges_and_forgotten_when_it_falls_silent() -> None:
    class Waters:
        async def show(self, sees: object, substep_s: float) -> NetworkView:
            assert callable(sees)
            assert substep_s > 0.0
            gauge = GaugeView(f"{LG}/level_m", 2.1)
            limits = (1.0, 2.7, 3.2, 5400.0, None)
            reach = ReachView("canal", "运河", "canal", 2.1, 0.1, "measured", 0.3, 4.0, 0.0, *limits, (gauge,), ())
            return NetworkView(clock.now(), "吴淞", (reach,), (), "", "", 6.0)

    clock = HandClock()
    levels = ModelLevels(Waters(), clock)
    assert levels.ahead(LG) == ()
    await levels.ask()
    assert levels.ahead(LG) == ((clock.now() + timedelta(seconds=5400), 2.7),)
    assert levels.ahead(TG) == ()
    clock.s += 1000.0
    assert levels.ahead(LG) == ()
