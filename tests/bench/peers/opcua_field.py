"""``python -m tests.bench.peers.opcua_field NODES PORT ...``: one OPC UA server a port (0: any free one).

Prints the ports once all listen. Every value changes each second, one ``set`` a server can be written. Ends when its
standard input is closed. asyncua's server, because a minimal one of one's own would be another thousand lines; it runs
in processes of its own, and only the client's time is measured.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC

from asyncua import ua
from asyncua.server.server import Server

from drivers.opcua.address_space import PackedNodes, PackedServer, standard_nodes

NAMESPACE = "urn:zhadao:bench"
PERIOD_S = 1.0
WRITABLE = "set"


async def main(nodes: int, ports: Sequence[int]) -> None:
    """Serve until nobody listens to this process any more."""
    logging.disable(logging.CRITICAL)
    packed = standard_nodes()
    servers = [await _started(packed, port, nodes) for port in ports]
    print(*(server.bserver.port for server, _ in servers if server.bserver is not None), flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, _heard, ended)
    moving = [asyncio.ensure_future(_move(server, ids, n / len(servers))) for n, (server, ids) in enumerate(servers)]
    await ended.wait()
    for task in moving:
        task.cancel()
    os._exit(0)  # as a machine whose power is cut: no goodbye to anybody


def _heard(ended: asyncio.Event) -> None:
    if not os.read(0, 64):
        ended.set()


async def _started(packed: PackedNodes | None, port: int, nodes: int) -> tuple[Server, list[ua.NodeId]]:
    server = Server(iserver=PackedServer(packed))
    server.disable_clock(True)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    folder = await server.nodes.objects.add_folder(_id("bench", index), "bench")
    ids = [_id(f"n{number:02d}", index) for number in range(nodes - 1)]
    for one in ids:
        await folder.add_variable(one, ua.QualifiedName(str(one.Identifier), index), 0.0, ua.VariantType.Double)
    wanted = await folder.add_variable(
        _id(WRITABLE, index), ua.QualifiedName(WRITABLE, index), 0.0, ua.VariantType.Double
    )
    await wanted.set_writable()
    await server.start()
    return server, ids


def _id(name: str, index: int) -> ua.NodeId:
    return ua.NodeId(ua.String(name), ua.Int16(index))


async def _move(server: Server, ids: Sequence[ua.NodeId], phase: float) -> None:
    """Servers change one after the other, as devices do that know nothing of each other."""
    await asyncio.sleep(phase * PERIOD_S)
    loop, second = asyncio.get_running_loop(), 0
    begun_s = loop.time()
    while True:
        second += 1
        now = ua.DateTime.now(UTC)
        for number, one in enumerate(ids):
            value = ua.Variant(float(second % 1000 + number), ua.VariantType.Double)
            await server.write_attribute_value(one, ua.DataValue(value, SourceTimestamp=now))
        await asyncio.sleep(max(0.0, begun_s + second * PERIOD_S - loop.time()))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
