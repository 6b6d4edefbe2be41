"""A real controller, backed up while it runs, killed, its state damaged, brought back by the command it names."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from controller.store.journal_read import read
from tests.integration.zhadao import CIRCUIT, OTHER, Running, demo, small_city, zhadao


def order(city: Running, target: str) -> str:
    """An order of ten minutes; its lease."""
    body = {"targets": [target], "value": "on", "for_s": 600, "reason": "前方积水"}
    answer = city.ask("/api/v1/orders", body)
    assert answer["outcomes"][0]["accepted"], answer
    return str(answer["outcomes"][0]["lease_id"])


def leases(city: Running, target: str) -> set[str]:
    explained: dict[str, Any] = city.explain(target)
    slots = [explained["winner"], *explained["masked"]]
    return {str(slot["lease_id"]) for slot in slots if slot.get("lease_id")}


def test_a_killed_controller_with_a_damaged_state_comes_back_by_the_command_it_names(tmp_path: Path) -> None:
    config, data, usb = small_city(tmp_path / "config"), tmp_path / "data", tmp_path / "usb"
    with demo(data, config) as city:
        city.ready()
        early = order(city, CIRCUIT)
        made = zhadao("backup", usb, "--data", data)
        assert made.returncode == 0, made.stderr
        late = order(city, OTHER)
        key = tmp_path / "zhadao.pub"
        key.write_text(zhadao("audit", "key", "--data", data).stdout, encoding="ascii")
        refused = zhadao("restore", next(usb.iterdir()), "--data", data)
        assert (refused.returncode, "is using the data folder" in refused.stderr) == (1, True)
        city.kill()
    for side in ("-wal", "-shm"):
        (data / f"state.sqlite{side}").unlink(missing_ok=True)
    (data / "state.sqlite").write_bytes(b"rubbish " * 5000)

    started = zhadao("demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live")
    assert started.returncode == 1
    (sentence,) = started.stderr.strip().splitlines()
    (command,) = re.findall(r"zhadao (restore .*)$", sentence)
    restored = zhadao(*shlex.split(command))
    assert restored.returncode == 0, restored.stderr
    assert "the journal stays as it was" in restored.stdout

    with demo(data, config) as city:
        city.ready()
        assert early in leases(city, CIRCUIT)
        assert late not in leases(city, OTHER)
        assert city.interrupt() == 0
    verified = zhadao("audit", "verify", "--key", key, "--data", data)
    assert verified.returncode == 0, verified.stderr
    assert late in json.dumps([dict(line.data) for line in read(data, kind="order")])
    kinds = [line.kind for line in read(data)]
    assert kinds.index("backup") < kinds.index("restored") < len(kinds) - kinds[::-1].index("started")
