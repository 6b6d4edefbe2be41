"""A client not of our making (node-opcua) looks into a running controller, signed and encrypted, in real time."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from controller.settings.northbound import NorthboundSettings
from drivers.opcua.certificates import certificate_of, made
from drivers.opcua.pki import Pki
from tests.integration.node_opcua_peer import modules
from tests.unit.northbound.looking import looked_at
from tests.unit.runtime.soft_city import DUSK, LC1

SCRIPT = Path(__file__).parent / "northbound_look.js"
PATIENCE_S = 60.0


def test_node_opcua_looks_in_signed_and_encrypted_and_changes_nothing(tmp_path: Path) -> None:
    found = modules()
    seen = asyncio.run(_looked(tmp_path, found))
    assert {f"{LC1}/K1.feedback", f"{LC1}/K1:target", f"{LC1}:link"} <= set(seen["below"])
    assert seen["read"][::2] == ["Good", "Boolean"]
    assert seen["written"] == "BadNotWritable"
    assert seen["told"] == "ONLINE"


async def _looked(folder: Path, modules_in: Path) -> dict[str, list[str]]:
    pki = Pki(folder / "pki")
    now = datetime.now(UTC)
    pki.keep_own(*made("urn:zhadao:test", "zhadao", ["127.0.0.1", "localhost"], DUSK, 3650, 2048), now)
    der, key = made("urn:scada", "scada", ["localhost"], DUSK, 3650, 2048)
    for name, content in (("scada.der", der), ("scada.pem", key)):
        (folder / name).write_bytes(content)
    pki.trust(certificate_of(der))
    async with looked_at(folder, NorthboundSettings(port=0), pki=pki) as looked:
        await looked.city.ready()
        given = (
            await looked.up(),
            folder / "scada.der",
            folder / "scada.pem",
            folder / "theirs",
            await looked.key(),
            LC1,
        )
        process = await asyncio.create_subprocess_exec(
            "node",
            str(SCRIPT),
            *map(str, given),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "NODE_PATH": str(modules_in / "node_modules")},
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                said, errors = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, errors.decode()[-2000:] + said.decode()[-2000:]
        line = next(line for line in said.decode().splitlines() if line.startswith("SEEN "))
        seen: dict[str, list[str]] = json.loads(line.removeprefix("SEEN "))
        return seen
