"""``zhadao run`` against ``zhadao simulate``: the devices are killed and started again under the controller's hands."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import yaml

from tests.integration.zhadao import CABINET, GATEWAY, TREES, Running, demo, running, small_city, zhadao


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wired_city(folder: Path) -> tuple[Path, int]:
    """One gateway at a free port, impatient links, trees lit again at once, and a command line that operates."""
    config, port = small_city(folder), free_port()
    endpoints = config / "endpoints.yaml"
    endpoints.write_text(endpoints.read_text(encoding="utf-8").replace(":20001}", f":{port}}}"), encoding="utf-8")
    site = config / "site.yaml"
    quick = "timing:\n  link_max_s: 1\n"
    may_operate = "  local_cli:\n    - {role: lighting_operator}\n"
    said = site.read_text(encoding="utf-8").replace("timing:\n", quick).replace("  local_cli:\n", may_operate)
    site.write_text(said, encoding="utf-8")
    lighting = config / "assets" / "330102-lighting.yaml"
    assets = yaml.safe_load(lighting.read_text(encoding="utf-8"))
    trees = next(one for one in assets["cabinets"][0]["circuits"] if TREES.endswith(f"/{one['output']}"))
    trees["no_restrike_s"] = 1
    lighting.write_text(yaml.safe_dump(assets, allow_unicode=True), encoding="utf-8")
    return config, port


def link(controller: Running) -> str:
    return str((controller.ask(f"/api/v1/assets/{CABINET}") or {}).get("link"))


def agrees(controller: Running, target: str) -> bool:
    return bool(controller.explain(target).get("agrees"))


def served(field: Running) -> dict[str, str]:
    """The addresses a simulation prints once all are open."""
    field.until(lambda: field.said or field.process.poll() is not None)
    assert field.said, field.words()
    ready = json.loads(field.said[0])
    assert ready["ready"] is True
    return dict(ready["urls"])


def test_devices_killed_and_started_again_are_offline_then_as_ordered_and_get_no_old_command(tmp_path: Path) -> None:
    config, port = wired_city(tmp_path / "config")
    data = tmp_path / "data"
    with running(data, "run", config, "--data", data, "--port", "0", "--no-live") as controller:
        controller.until(lambda: controller.ask("/api/v1/health"))
        with running(tmp_path, "simulate", config, "--only", GATEWAY) as field:
            assert served(field) == {GATEWAY: f"modbus+tcp://127.0.0.1:{port}"}
            controller.until(lambda: link(controller) == "ONLINE")
            controller.until(lambda: controller.explain(TREES).get("agrees"))
            opposite = "off" if controller.explain(TREES)["wanted"] == "on" else "on"
            order = {"targets": [TREES], "value": opposite, "for_s": 600, "reason": "seen to be obeyed again"}
            assert controller.ask("/api/v1/orders", order)["outcomes"][0]["accepted"]
            controller.until(lambda: controller.explain(TREES).get("actual") == opposite)
            field.kill()
        controller.until(lambda: link(controller) == "OFFLINE")
        alarms = [alarm for alarm in controller.ask("/api/v1/alarms") if alarm["condition"] == "offline"]
        assert [alarm["source"] for alarm in alarms] == [GATEWAY]
        sent = len(controller.ask(f"/api/v1/commands?target={CABINET}"))
        with running(tmp_path, "simulate", config, "--only", GATEWAY) as field:
            served(field)
            controller.until(lambda: controller.explain(TREES).get("actual") == opposite)
            controller.until(lambda: controller.explain(TREES).get("agrees"))
            since = controller.ask(f"/api/v1/commands?target={CABINET}")
            given = [command["target"] for command in since[: len(since) - sent]]
            assert given.count(TREES) == 1, (
                "the order that stands, once; others go by their programs, whatever the hour"
            )
            for other in set(given) - {TREES}:
                assert given.count(other) == 1
                assert controller.explain(other)["agrees"]
            assert field.interrupt() == 0
        assert controller.interrupt() == 0
    assert "Traceback" not in controller.words() + field.words()
    assert zhadao("audit", "verify", "--data", data).returncode == 0


def test_a_controller_of_real_devices_has_no_demo_time(tmp_path: Path) -> None:
    config, _ = wired_city(tmp_path / "config")
    refused = zhadao("run", config, "--data", tmp_path / "data", "--speed", "60")
    assert refused.returncode == 2
    assert "--speed" in refused.stderr


def test_a_demo_whose_field_dies_says_so_and_ends(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    with demo(data, config) as city:
        city.ready()
        (field,) = city.children()
        os.kill(field, signal.SIGKILL)
        assert city.process.wait(10) == 1
    assert "the simulated field ended by itself" in city.words()
    assert "Traceback" not in city.words()
