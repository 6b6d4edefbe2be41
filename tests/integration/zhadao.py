"""The real command in real processes: started, asked, interrupted, killed; nothing of it is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import yaml

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from controller.cli import main; main()"]
CABINET = "330102-LC-0001"
CIRCUIT, OTHER = f"{CABINET}/K1", f"{CABINET}/K3"
TREES = f"{CABINET}/K5"
"""Landscape lighting: one person may switch it either way, by day and by night."""
GATEWAY = "gw-330102-01"


def small_city(folder: Path, cabinets: int = 2) -> Path:
    """A copy of the demo city's configuration with a few cabinets and nothing else; the site folder."""
    shutil.copytree(ROOT / "config", folder)
    site = folder / "hangzhou"
    for file in (site / "assets").glob("*.yaml"):
        if not file.name.startswith("330102-"):
            file.unlink()
    for naming_stations in ("water", "plans", "drills"):
        shutil.rmtree(site / naming_stations, ignore_errors=True)
    (site / "alarms.yaml").unlink(missing_ok=True)
    for names_others in (site / "lighting").glob("*.yaml"):
        if names_others.stem not in ("programs", "calendar", "holidays", "energy", "rates", "faults"):
            names_others.unlink()
    lighting = site / "assets" / "330102-lighting.yaml"
    kept = yaml.safe_load(lighting.read_text(encoding="utf-8"))["cabinets"][:cabinets]
    lighting.write_text(yaml.safe_dump({"cabinets": kept}, allow_unicode=True), encoding="utf-8")
    return site


def zhadao(
    *arguments: str | Path, within_s: float = 180.0, program: Sequence[str] = PROGRAM
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*program, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=within_s, check=False)


@dataclass
class Running:
    """A ``zhadao`` that goes on until it is told to stop."""

    process: subprocess.Popen[str]
    data: Path
    said: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)

    def until(self, condition: Callable[[], Any], within_s: float = 120.0) -> Any:
        """Wait for the condition; its value. Fails with what the process said when it does not come true."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if (found := condition()) not in (None, False):
                return found
            time.sleep(0.05)
        raise AssertionError(f"did not happen within {within_s:g} s\n{self.words()}")

    def words(self) -> str:
        """Everything it said."""
        return "".join([*self.said, "--- stderr\n", *self.complained])

    def note(self) -> dict[str, str] | None:
        """Address and token, as the data folder notes them."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            noted: dict[str, str] = json.loads((self.data / "run" / "local.json").read_text(encoding="utf-8"))
            return noted
        return None

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """GET, or POST where there is a body; the decoded answer (also of a refusal), None while nobody answers."""
        note = self.note()
        if note is None:
            return None
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {note['token']}", "Content-Type": "application/json"}
        request = Request(note["url"] + path, content, headers)  # noqa: S310 - our own address, http
        try:
            with urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address, http
                return json.loads(answer.read())
        except HTTPError as refusal:
            with refusal:
                return json.loads(refusal.read())
        except OSError:
            return None

    def explain(self, target: str) -> dict[str, Any]:
        """Why the target is as it is; empty while nobody answers."""
        return self.ask(f"/api/v1/explain/{target}") or {}

    def ready(self, within_s: float = 120.0) -> None:
        """Wait until the field was read once."""

        def is_ready() -> bool:
            assert self.process.poll() is None, self.words()
            return bool((self.ask("/api/v1/ready") or {}).get("ready"))

        self.until(is_ready, within_s)

    def children(self) -> list[int]:
        """Processes it started."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in found.split()]

    def interrupt(self, number: signal.Signals = signal.SIGINT, within_s: float = 60.0) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(within_s)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(5)


def alive(pid: int) -> bool:
    """Whether the process lives (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def running(data: Path, *arguments: str | Path, program: Sequence[str] = PROGRAM) -> Iterator[Running]:
    """Start a ``zhadao`` command; whatever happens, it and its children are gone afterwards."""
    command = [*program, *map(str, arguments)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        found = Running(process, data)
        readers = [_gather(process.stdout, found.said), _gather(process.stderr, found.complained)]
        try:
            yield found
        finally:
            process.kill()
            process.wait()
            for reader in readers:
                reader.join(10)


def demo(data: Path, config: Path, *arguments: str | Path) -> contextlib.AbstractContextManager[Running]:
    """``zhadao demo`` on free ports, without the live view."""
    return running(data, "demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live", *arguments)


def _gather(stream: IO[str] | None, into: list[str]) -> threading.Thread:
    assert stream is not None
    reader = threading.Thread(target=lambda: into.extend(iter(stream.readline, "")), daemon=True)
    reader.start()
    return reader
