"""An OPC UA server on node-opcua, in its own process: installed once from its lock file, certificates made here."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.cli.certs_texts import as_pem
from drivers.opcua.certificates import Certificate, certificate_of, made

HERE = Path(__file__).parent / "node_opcua"
CACHE = Path(__file__).parents[2] / "build" / "node_opcua"
"""Ignored by git; one folder per lock file."""
INSTALL_S, START_S = 300.0, 60.0
NAMESPACE = "urn:node:station"
USER, PASSWORD = "zhadao", "a-secret-word"


def modules() -> Path:
    """The folder of node-opcua's modules, installed by its lock file if that was not done yet.

    On a machine without Node.js the tests are left out with the reason; where ``CI`` is ``true`` that is a failure.
    """
    lacking = [program for program in ("node", "npm") if shutil.which(program) is None]
    if lacking:
        why = f"{' and '.join(lacking)} not found: the tests against node-opcua did NOT run (apt install nodejs npm)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    lock = (HERE / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
            assert done.returncode == 0, f"npm ci failed: {done.stderr[-2000:]}"
            (folder / "complete").touch()
    return folder


@dataclass(frozen=True)
class NodePeer:
    """The running server."""

    port: int
    certificate: Certificate
    folder: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}"

    @property
    def refused(self) -> list[Path]:
        """Client certificates it met and does not trust."""
        return list((self.folder / "pki" / "rejected").glob("*"))

    def trust(self, certificate: Certificate) -> None:
        """Have it trust a client, as its own operator would."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{certificate.der.hex()}\n")
        self.process.stdin.flush()
        answer = next((line for line in self.process.stdout if line.startswith("{")), "")
        assert answer
        assert json.loads(answer) == {"trusted": True}


@contextmanager
def node_peer(folder: Path) -> Iterator[NodePeer]:
    """Start it on a free port; it trusts nobody yet, and goes when its standard input is closed."""
    installed = modules()
    folder.mkdir()
    der, key = made("urn:node:plc", "plc", ("127.0.0.1",), datetime.now(UTC), 100, 2048)
    (folder / "server.pem").write_bytes(as_pem(certificate_of(der)))
    (folder / "server.key").write_bytes(key)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(HERE / "server.js"), str(port), str(folder), USER, PASSWORD]
    environment = {**os.environ, "NODE_OPCUA_MODULES": str(installed), "HOME": str(folder)}
    log = (folder / "log").open("w+", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = next((line for line in process.stdout if line.startswith("{")), "")
            assert ready, (folder / "log").read_text(encoding="utf-8")[-2000:]
            assert json.loads(ready)["ready"] is True
            yield NodePeer(port, certificate_of(der), folder, process)
        finally:
            process.stdin.close()
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
