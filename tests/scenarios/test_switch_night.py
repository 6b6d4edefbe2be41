"""One night of the switch, from before dusk: two levels, every trouble a cabinet can have, the controller down for an
hour across dusk, a program published and taken back, a flood response. On real sockets, from a real folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from controller.domain.image import LinkState
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from hil.plants.cabinet import ControlSwitch
from tests.scenarios.city import LOCAL
from tests.scenarios.night_city import (
    FACADES,
    HALF,
    MAIN,
    NORTH,
    TREES,
    WEST,
    NightCity,
    night_city,
    night_field,
    person,
)
from tests.scenarios.test_restart import as_killed

DAY, SUNSET, DUSK = (datetime(2026, 6, 22, *at, tzinfo=LOCAL) for at in ((17, 58), (19, 3), (19, 31)))
"""Of a working day. Without the centre cabinets light their roads from sunset to
sunrise and their trees from sunset to ten."""
SCOPE = "division:330106"
FINE, DARK, AT_LOCAL, TAGGED, LOST, STUCK, LYING = WEST[:7]
ALONE = "gw-2"
"""The gateway of the cabinet that will be lost."""
LATE, EARLY = "{from: 23:30, until: 05:00,", "{from: 20:30, until: 03:00,"
OBEDIENT = {FINE, DARK, LOST, WEST[7]}


async def test_a_night_with_everything(tmp_path: Path) -> None:
    config, first, second = tmp_path / "site", tmp_path / "first", tmp_path / "second"
    async with night_field(config, DAY) as (clock, field):
        async with night_city(clock, field, config, first) as city:
            district = await the_district_lights_its_trees(city)
            ends, held = city.count(district).ends, leases(city)
            as_killed(first, second)
        field.cabinet(DARK).download(MAIN, [])
        field.cabinet(DARK).download(TREES, [])
        await clock.sleep(3600.0)
        async with night_city(clock, field, config, second) as city:
            await an_hour_later_it_goes_on(city)
            assert (city.count(district).ends, leases(city)) == (ends, held), "no lease was doubled or prolonged"
            await the_city_puts_them_out_and_the_district_shows_again(city, district)
            await a_cabinet_is_lost(city)
            await a_program_is_published_and_taken_back(city)
            await the_lost_cabinet_returns(city)
            await a_flood_response_ends_the_scene(city)
            await clock.sleep((ends - clock.now()).total_seconds() if ends else 0.0)
            await city.until(lambda: not city.closed(TREES) - {STUCK}, within_s=60.0)
            assert leases(city) == set()
    assert verify(second).ok
    orders = [(line.actor, line.data["scope"], line.data["value"]) for line in read(second, kind="order")]
    assert orders == [("hang", SCOPE, "on"), ("cai", "city", "off")]


def leases(city: NightCity) -> set[str]:
    return {one.id for one in city.controller.desks.leases.living(owner="hang")}


async def the_district_lights_its_trees(city: NightCity) -> str:
    """An hour before sunset; one cabinet at LOCAL, one tagged, one stuck, one lying."""
    await city.until(lambda: city.controller.health().ready, within_s=30.0)
    west = {device: city.field.cabinet(device) for device in WEST}
    west[AT_LOCAL].turn_switch(ControlSwitch.LOCAL)
    west[AT_LOCAL].switch_locally(MAIN, on=True)
    west[AT_LOCAL].switch_locally(HALF, on=True)
    west[STUCK].circuits[TREES].contactor.stuck = True
    west[LYING].circuits[TREES].contactor.stuck = True
    west[LYING].circuits[TREES].contactor.lying = True
    await city.controller.desks.tags.hang(TAGGED, person("wu"), reason="a new contactor")
    await city.clock.sleep(30.0)
    district = await city.throw("hang", SCOPE, "on", 3.3 * 3600.0)
    count = await city.stands(district, by_power=4, mismatched=2, refused=2)
    assert city.closed(TREES) == OBEDIENT
    remaining = {one.target: one.text for one in count.remaining}
    assert {f"{device}/{TREES}" for device in (AT_LOCAL, TAGGED, STUCK, LYING)} == remaining.keys()
    assert "its contact says on, and it draws 0 W of 200 W" in remaining[f"{LYING}/{TREES}"]
    assert city.closed(MAIN) == {AT_LOCAL}, "the road knife was not touched, and it is day"
    await city.clock.sleep(600.0)
    return district


async def an_hour_later_it_goes_on(city: NightCity) -> None:
    """Cabinets followed their own tables, one of which was lost: roads and trees are dark there. The tagged one lit its
    trees, and the façades were lit before their scene begins."""
    assert SUNSET < city.clock.now() < DUSK
    assert city.closed(MAIN) == set(WEST) - {DARK}
    assert city.closed(TREES, (*WEST, *NORTH)) == OBEDIENT - {DARK} | {TAGGED, *NORTH}
    since = city.clock.now()
    await city.until(lambda: all(city.link(device) is LinkState.ONLINE for device in (*WEST, *NORTH)), within_s=30.0)
    cycle_s = city.site.timing.lighting_cycle_s + city.site.timing.request_timeout_s
    await city.until(lambda: city.closed(MAIN) == set(WEST) and DARK in city.closed(TREES), within_s=cycle_s)
    await city.clock.sleep(120.0)
    ours = [(DARK, MAIN, True), (DARK, TREES, True), (TAGGED, TREES, False)]
    assert sorted(city.moved(since)) == sorted([*ours, *((device, TREES, False) for device in NORTH)])


async def the_city_puts_them_out_and_the_district_shows_again(city: NightCity, district: str) -> None:
    """For half an hour, everywhere; its end needs nobody."""
    town = await city.throw("cai", "city", "off", 1800.0, slot="city_manual")
    await city.until(lambda: city.closed(TREES, (*WEST, *NORTH)) == set(), within_s=30.0)
    masked = city.count(district)
    assert {one.stage.value for one in masked.others if one.target.startswith(FINE)} == {"masked"}
    assert city.shown(f"{FINE}/{TREES}").masked[0].owner == "hang"
    assert city.closed(MAIN) == set(WEST)
    await city.clock.sleep(1790.0)
    assert city.closed(TREES) == set()
    await city.until(lambda: city.closed(TREES) == OBEDIENT, within_s=30.0)
    assert city.closed(TREES, NORTH) == set(NORTH), "the scene goes on where nobody ordered anything"
    assert city.count(town).ends is None


async def a_cabinet_is_lost(city: NightCity) -> None:
    city.field.cabinet(LOST).download(TREES, [])
    await city.field.stop_endpoint(ALONE)
    await city.until(lambda: city.link(LOST) is LinkState.OFFLINE, within_s=90.0)


async def a_program_is_published_and_taken_back(city: NightCity) -> None:
    """Half-night lamps out from 20:30: published shortly before, taken back twenty minutes later."""
    await city.published("early", old=LATE, new=EARLY)
    assert city.closed(HALF) == set(WEST), "not yet"
    dark = datetime(2026, 6, 22, 20, 31, tzinfo=LOCAL)
    await city.clock.sleep((dark - city.clock.now()).total_seconds())
    assert city.closed(HALF) == {AT_LOCAL, LOST}, "nobody reaches these"
    assert (city.closed(MAIN), city.closed(TREES)) == (set(WEST), OBEDIENT - {LOST}), "nothing else moved"
    await city.clock.sleep(1200.0)
    await city.published("back", version=0)
    await city.until(lambda: city.closed(HALF) == set(WEST) - {TAGGED}, within_s=10.0)
    assert city.controller.desks.drafts.versions().versions[0].number == 2
    assert (city.closed(MAIN), city.closed(TREES) - {LOST}) == (set(WEST), OBEDIENT - {LOST})


async def the_lost_cabinet_returns(city: NightCity) -> None:
    """It followed its own table: its trees went out. The order that still holds lights them again, once."""
    assert not city.field.cabinet(LOST).circuits[TREES].closed
    back = city.clock.now()
    links: list[LinkState] = []
    city.assembly.table.listen(lambda device: links.append(city.link(device)) if device == LOST else None)
    await city.field.start_endpoint(ALONE)
    await city.until(lambda: city.shown(f"{LOST}/{TREES}").agrees is True, within_s=60.0)
    await city.clock.sleep(60.0)
    assert links.index(LinkState.RESYNC) < links.index(LinkState.ONLINE)
    assert city.moved(back) == [(LOST, TREES, True)], (
        "neither the city's OFF nor the program that was taken back is played"
    )
    played = [one for one in city.controller.commands(LOST) if one.created > back]
    assert {one.write for one in played} == {f"{LOST}/{TREES}.command=True"}


async def a_flood_response_ends_the_scene(city: NightCity) -> None:
    """Declared, it darkens the façades and keeps them dark; a person's order and the roads stand."""
    assert city.closed(TREES, NORTH) == set(NORTH)
    states = city.controller.desks.states
    await states.declare("lighting", "city", "flood_iii", for_s=7200.0, reason="rain", caller=person("zhou"))
    await city.until(lambda: city.closed(TREES, NORTH) == set(), within_s=30.0)
    why = city.shown(FACADES[0])
    assert "flood response III" in why.text_en
    assert "防汛" in why.text_zh
    assert (city.closed(MAIN), city.closed(TREES)) == (set(WEST), OBEDIENT)
    await city.clock.sleep(300.0)
    assert city.closed(TREES, NORTH) == set()
