"""``zhadao demo`` killed in the middle of an override, and started again on the same data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.integration.zhadao import TREES, alive, demo, small_city, zhadao

FOR_S = 600.0


def remaining_s(expires: str) -> float:
    return (datetime.fromisoformat(expires) - datetime.now(UTC)).total_seconds()


def test_a_kill_in_the_middle_of_an_override_loses_neither_the_lease_nor_the_journal(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    with demo(data, config) as first:
        first.ready()
        opposite = "off" if first.explain(TREES)["wanted"] == "on" else "on"
        order = {"targets": [TREES], "value": opposite, "for_s": FOR_S, "reason": "a lamp is changed"}
        outcome = first.ask("/api/v1/orders", order)["outcomes"][0]
        assert outcome["accepted"], outcome
        first.until(lambda: first.explain(TREES).get("agrees"))
        (field,) = first.children()
        first.kill()
        first.until(lambda: not alive(field), within_s=5)
    assert zhadao("audit", "verify", "--data", data).returncode == 0

    with demo(data, config) as second:
        second.ready()
        winner = second.explain(TREES)["winner"]
        assert (winner["lease_id"], winner["expires"]) == (outcome["lease_id"], outcome["expires"])
        assert abs(winner["remaining_s"] - remaining_s(outcome["expires"])) < 1.0
        assert winner["remaining_s"] < FOR_S
        assert winner["value"] == opposite
        second.until(lambda: second.explain(TREES).get("agrees"))
        assert second.interrupt() == 0
    verified = zhadao("audit", "verify", "--data", data)
    assert verified.returncode == 0, verified.stderr
