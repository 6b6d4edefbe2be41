from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.unit.api.conftest import Bench


async def test_health_and_ready_need_no_token_and_tell_apart_alive_from_ready(bench: Bench) -> None:
    bench.facade.ready = False
    async with bench.client("") as client:
        health, ready = await client.get("/api/v1/health"), await client.get("/api/v1/ready")
    assert (health.status_code, ready.status_code) == (200, 503)
    assert "not been read" in ready.json()["reasons"][0]


async def test_a_controller_whose_cycles_stand_still_is_neither(bench: Bench) -> None:
    bench.facade.alive = False
    async with bench.client("") as client:
        health, ready = await client.get("/api/v1/health"), await client.get("/api/v1/ready")
    assert (health.status_code, ready.status_code) == (503, 503)


async def test_metrics_are_prometheus_text_with_the_numbers_of_the_controller(bench: Bench) -> None:
    async with bench.client("") as client:
        answer = await client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["zhadao_devices_online",] == 291
    assert {name: samples["zhadao_points", name] for name in ("GOOD", "UNCERTAIN", "BAD")} == {
        "GOOD": 1,
        "UNCERTAIN": 1,
        "BAD": 2,
    }
    assert samples["zhadao_cycles_total", "lighting"] == 300
    assert samples["zhadao_circuits", "unknown"] == 6
    assert samples["zhadao_alarms", "3"] == 1
    assert {state: samples["zhadao_links", state] for state in ("online", "offline")} == {"online": 2, "offline": 1}
    assert (samples["zhadao_wire_events_total", "reads"], samples["zhadao_wires", "up"]) == (51840, 1)
    assert samples["zhadao_wire_troubles_total", "silent"] == 14
    assert samples["zhadao_wire_round_trip_ms",] == 48.0
