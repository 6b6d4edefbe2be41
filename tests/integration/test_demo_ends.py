"""``zhadao demo`` told to stop, at any moment, and demos that cannot even start: one clear sentence, nothing left."""

from __future__ import annotations

import signal
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.zhadao import PROGRAM, alive, demo, small_city, zhadao

BOUND_BY_MODES = """
import ctypes, os, sys
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24
ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs the rest of its arguments as a process that file modes bind even when it belongs to root."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_leaves_no_process_no_port_and_no_note(tmp_path: Path, number: signal.Signals) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    with demo(data, config) as city:
        city.ready()
        (field,) = city.children()
        note = city.note()
        assert note is not None
        assert city.interrupt(number) == 0, city.words()
        assert not alive(field)
        assert not (data / "run" / "local.json").exists()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", urlsplit(note["url"]).port)) != 0
    assert "Traceback" not in city.words()
    assert zhadao("audit", "verify", "--data", data).returncode == 0


@pytest.mark.parametrize("after_s", [0.2, 0.5, 1.0, 1.5])
def test_told_to_stop_while_it_starts_it_leaves_nothing_either(tmp_path: Path, after_s: float) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    with demo(data, config) as city:
        time.sleep(after_s)
        children = city.children()
        code = city.interrupt()
        assert code in (0, 130), city.words()
        city.until(lambda: not any(alive(child) for child in children), within_s=5)
    assert "Traceback" not in city.words(), city.words()
    assert not (data / "run" / "local.json").exists()


def test_a_port_in_use_is_one_sentence_and_nothing_starts(tmp_path: Path) -> None:
    config = small_city(tmp_path / "config")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = zhadao("demo", config, "--data", tmp_path / "data", "--free-ports", "--port", port, "--no-live")
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines() == [
        f"zhadao: cannot listen on 127.0.0.1:{port}: the port is in use; stop the other program or choose another with "
        "--port"
    ]


def test_a_device_port_in_use_is_one_sentence_that_names_the_endpoint(tmp_path: Path) -> None:
    config = small_city(tmp_path / "config")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        endpoints = config / "endpoints.yaml"
        endpoints.write_text(endpoints.read_text(encoding="utf-8").replace(":20001}", f":{port}}}"), encoding="utf-8")
        refused = zhadao("demo", config, "--data", tmp_path / "data", "--port", "0", "--no-live")
    assert refused.returncode == 2
    (sentence,) = refused.stderr.strip().splitlines()
    assert "gw-330102-01" in sentence
    assert port in sentence


def test_a_second_controller_on_the_same_data_is_one_sentence(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    with demo(data, config) as city:
        city.ready()
        refused = zhadao("demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live")
        assert refused.returncode == 1
        (sentence,) = refused.stderr.strip().splitlines()
        assert str(data) in sentence
        assert city.note() is not None, "the first one's note is still there"
        assert city.interrupt() == 0


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    config = small_city(tmp_path / "config")
    (tmp_path / "data").write_text("not a folder", encoding="utf-8")
    refused = zhadao("demo", config, "--data", tmp_path / "data", "--free-ports", "--port", "0", "--no-live")
    assert refused.returncode == 1
    (sentence,) = refused.stderr.strip().splitlines()
    assert str(tmp_path / "data") in sentence


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    data.mkdir()
    arguments = ("demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live")
    data.chmod(0o555)
    refused = zhadao(*arguments, program=[sys.executable, "-c", BOUND_BY_MODES, *PROGRAM])
    assert refused.returncode == 1, refused.stderr
    (sentence,) = refused.stderr.strip().splitlines()
    assert str(data) in sentence


def test_a_wrong_configuration_is_file_and_line_for_every_problem_and_nothing_starts(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    lighting = config / "assets" / "330102-lighting.yaml"
    text = lighting.read_text(encoding="utf-8").replace("program: road-all-night", "program: road-al-night", 1)
    lighting.write_text(text.replace("profile: cabinet-8", "profile: cabinet-9", 1), encoding="utf-8")
    lines = text.splitlines()
    wrong_line = next(number for number, line in enumerate(lines, 1) if "road-al-night" in line)
    refused = zhadao("demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live")
    assert refused.returncode == 2
    assert f"330102-lighting.yaml:{wrong_line}" in refused.stderr
    assert "road-al-night" in refused.stderr
    assert "cabinet-9" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not data.exists()
