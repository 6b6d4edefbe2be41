"""Lunar festivals against dates everybody can check, leap months included, and against an independent moon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ephem
import pytest

from controller.domain.errors import InvalidValue
from schedules.lunar import SOLAR_TERMS, Festival, festival_of, lunar_day, parse_festival
from schedules.public_holidays import library_tables
from schedules.when import Days, OnFestivals, OnLunarDays, OnSolarTerms

TZ = ZoneInfo("Asia/Shanghai")
KNOWN = {
    # 2023 has a leap second month, 2025 a leap sixth, 2028 a leap fifth.
    2023: "01-21 除夕, 01-22 春节, 02-05 元宵, 04-05 清明, 06-22 端午, 08-22 七夕, 09-29 中秋, 10-23 重阳",
    2024: "02-09 除夕, 02-10 春节, 02-24 元宵, 04-04 清明, 06-10 端午, 08-10 七夕, 09-17 中秋, 10-11 重阳",
    2025: "01-28 除夕, 01-29 春节, 02-12 元宵, 04-04 清明, 05-31 端午, 08-29 七夕, 10-06 中秋, 10-29 重阳",
    2026: "02-16 除夕, 02-17 春节, 03-03 元宵, 04-05 清明, 06-19 端午, 08-19 七夕, 09-25 中秋, 10-18 重阳",
    2027: "02-05 除夕, 02-06 春节, 02-20 元宵, 04-05 清明, 06-09 端午, 08-08 七夕, 09-15 中秋, 10-08 重阳",
    2028: "01-25 除夕, 01-26 春节, 02-09 元宵, 04-04 清明, 05-28 端午, 08-26 七夕, 10-03 中秋, 10-26 重阳",
}


def nights_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]


@pytest.mark.parametrize("year", KNOWN)
def test_the_festivals_of_a_year_fall_on_their_known_dates_and_on_no_others(year: int) -> None:
    found = [f"{night:%m-%d} {festival.value}" for night in nights_of(year) if (festival := festival_of(night))]
    assert ", ".join(found) == KNOWN[year]


@pytest.mark.parametrize(("year", "fifteenth_of_leap"), [(2023, date(2023, 4, 5)), (2025, date(2025, 8, 8))])
def test_a_leap_month_is_told_and_repeats_no_festival(year: int, fifteenth_of_leap: date) -> None:
    assert lunar_day(fifteenth_of_leap).leap
    leap = [night for night in nights_of(year) if lunar_day(night).leap]
    assert 29 <= len(leap) <= 30
    assert {festival_of(night) for night in leap} <= {None, Festival.QINGMING}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_statutory_holidays_name_the_same_dragon_boat_and_mid_autumn(year: int) -> None:
    named = library_tables()[year].names
    for festival, name in ((Festival.DRAGON_BOAT, "端午节"), (Festival.MID_AUTUMN, "中秋节")):
        (day,) = [night for night in nights_of(year) if festival_of(night) is festival]
        around = [named.get(day + timedelta(days=n), "") for n in range(-3, 4)]
        assert any(one.startswith((name, "国庆节")) for one in around), (festival, around)


def test_every_lunar_month_begins_on_the_day_of_a_new_moon() -> None:
    """The moon by an independent ephemeris, at UTC+8."""
    firsts = [night for night in nights_of(2026) if lunar_day(night).day == 1]
    for night in firsts:
        before = datetime(night.year, night.month, night.day, tzinfo=TZ).astimezone(UTC) - timedelta(days=2)
        moon = ephem.next_new_moon(before.replace(tzinfo=None)).datetime().replace(tzinfo=UTC)
        assert moon.astimezone(TZ).date() == night
    assert len(firsts) == 12


@pytest.mark.parametrize(
    ("when", "picked"),
    [
        (OnFestivals(frozenset({Festival.MID_AUTUMN})), ["09-25"]),
        (OnFestivals(frozenset({Festival.MID_AUTUMN}), frozenset({-1, 0, 1})), ["09-24", "09-25", "09-26"]),
        (OnFestivals(frozenset({Festival.NEW_YEARS_EVE, Festival.LANTERN})), ["02-16", "03-03"]),
        (OnLunarDays(frozenset({15}), frozenset({8})), ["09-25"]),
        (OnSolarTerms(frozenset({"冬至"})), ["12-22"]),
        (OnSolarTerms(frozenset({"夏至", "立春"})), ["02-04", "06-21"]),
    ],
)
def test_lunar_conditions_pick_their_nights_of_2026(when: OnFestivals, picked: list[str]) -> None:
    assert [f"{night:%m-%d}" for night in nights_of(2026) if when.applies(night, Days())] == picked


def test_the_first_and_fifteenth_of_every_lunar_month_count_in_leap_months_too() -> None:
    nights = [night for night in nights_of(2025) if OnLunarDays(frozenset({1, 15})).applies(night, Days())]
    assert {date(2025, 6, 25), date(2025, 7, 9), date(2025, 7, 25), date(2025, 8, 8)} <= set(nights)
    assert all(lunar_day(night).day in (1, 15) for night in nights)
    sixth = OnLunarDays(frozenset({1}), frozenset({6}))
    assert [night for night in nights_of(2025) if sixth.applies(night, Days())] == [date(2025, 6, 25)]


def test_all_solar_terms_come_once_a_year() -> None:
    terms = [term for night in nights_of(2026) if (term := lunar_day(night).term)]
    assert sorted(terms) == sorted(SOLAR_TERMS)


@pytest.mark.parametrize(("word", "festival"), [("中秋", Festival.MID_AUTUMN), ("中秋节", Festival.MID_AUTUMN)])
def test_festivals_are_named_as_people_write_them(word: str, festival: Festival) -> None:
    assert parse_festival(word) is festival
    assert parse_festival("mid_autumn") is Festival.MID_AUTUMN


def test_an_unknown_festival_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidValue, match="除夕, 春节, 元宵"):
        parse_festival("圣诞")
    with pytest.raises(InvalidValue, match="solar term"):
        OnSolarTerms(frozenset({"小阳春"}))
