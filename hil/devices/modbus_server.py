"""A Modbus gateway of simulated devices. The only file that knows pymodbus's server side."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusTcpServer, ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

from controller.domain.errors import ConfigError, DeviceBusy, DeviceRefused, InvalidValue, NotWritable
from controller.domain.points import DeviceId
from drivers.base import Endpoint
from drivers.modbus.address import DIALIN, RTU_TCP, TLS, dialled_address
from drivers.modbus.codec import BIT_TABLES
from drivers.profile import Table
from hil.devices.address import Address, port_in_use, scheme_of
from hil.devices.base import SimulatedDevice
from hil.devices.dtu import Dtu
from hil.devices.registers import Extent, RegisterMap

_TABLES = (Table.COIL, Table.DISCRETE, Table.HOLDING, Table.INPUT)
_TABLE_OF = {
    1: Table.COIL, 5: Table.COIL, 15: Table.COIL,
    2: Table.DISCRETE,
    3: Table.HOLDING, 6: Table.HOLDING, 16: Table.HOLDING, 22: Table.HOLDING, 23: Table.HOLDING,
    4: Table.INPUT,
}  # fmt: skip
_QUIET = logging.CRITICAL + 1


class ModbusGateway:
    """One line, several unit ids: Modbus TCP, TLS, RTU over TCP, or behind a DTU that dials in.

    A unit that is missing or offline answers exception 11. Within TLS it shows ``simulated.pem`` with the key
    ``simulated.key``, which lie beside the endpoint's own certificate, and wants a certificate of the endpoint's CA.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        devices: Mapping[DeviceId, SimulatedDevice],
        plant_s: Callable[[], float],
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self.endpoint = endpoint
        self._wire = _Wire(plant_s, written)
        self._maps = {binding.unit: RegisterMap(binding, devices[binding.device]) for binding in endpoint.devices}
        self._server: ModbusTcpServer | None = None
        self._dtu: Dtu | None = None

    async def start(self, address: Address) -> Address:
        """Listen (or dial in); returns the address really used.

        Raises:
            ConfigError: the port is taken or not allowed, or there are no certificates for TLS.
        """
        if scheme_of(self.endpoint) != DIALIN:
            return await self._listen(address, framed_rtu=scheme_of(self.endpoint) == RTU_TCP)
        if not address.port:
            address = replace(address, port=_free_port())
        dialled = dialled_address(address.url(DIALIN))
        behind = await self._listen(Address("127.0.0.1", 0), framed_rtu=not dialled.framing.numbered)
        self._dtu = Dtu(dialled, behind.port)
        self._dtu.start()
        return address

    async def _listen(self, address: Address, *, framed_rtu: bool) -> Address:
        logging.getLogger("pymodbus").setLevel(_QUIET)
        units = [_device(unit, registers, self._wire) for unit, registers in self._maps.items()]
        framer = FramerType.RTU if framed_rtu else FramerType.SOCKET
        place = (address.host, address.port)
        if scheme_of(self.endpoint) == TLS:
            context = _device_context(self.endpoint)
            server: ModbusTcpServer = ModbusTlsServer(
                units, framer=framer, address=place, sslctx=context, trace_pdu=self._watch
            )
        else:
            server = ModbusTcpServer(units, framer=framer, address=place, trace_pdu=self._watch)
        # serve_forever() and listen() swallow the reason why a socket could not be had; their own creator does not.
        try:
            listening = await server.call_create()
        except OSError as reason:
            raise port_in_use(self.endpoint, address, reason) from reason
        server.is_listener = True
        server.transport = listening
        self._server = server
        return Address(address.host, listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._dtu is not None:
            await self._dtu.stop()
            self._dtu = None
        if self._server is not None:
            shutdown: Callable[[], Awaitable[None]] = self._server.shutdown
            await shutdown()
            self._server = None

    def _watch(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """pymodbus answers 4 for a unit it does not know; a gateway says 11."""
        if sending and isinstance(pdu, ExceptionResponse) and pdu.dev_id not in self._maps:
            pdu.exception_code = ExcCodes.GATEWAY_NO_RESPONSE
        return pdu


def _device_context(endpoint: Endpoint) -> ssl.SSLContext:
    """The device's side of TLS."""
    if endpoint.tls is None:
        raise ConfigError(
            f"endpoint {endpoint.name} of the simulated field: {endpoint.url} needs tls: in endpoints.yaml"
        )
    folder = endpoint.tls.certificate.parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(folder / "simulated.pem", folder / "simulated.key")
        context.load_verify_locations(endpoint.tls.ca)
    except OSError as error:
        raise ConfigError(
            f"endpoint {endpoint.name} of the simulated field: simulated.pem and simulated.key in {folder} are the "
            f"device's certificate, {endpoint.tls.ca} is who issued it: {error.strerror or error}"
        ) from None
    return context


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class _Wire:
    """What a gateway gives its devices: the time, and whom to tell of a write (for plants moved by the field)."""

    plant_s: Callable[[], float]
    written: Callable[[], None]


def _device(unit: int, registers: RegisterMap, wire: _Wire) -> SimDevice:
    blocks = {table: [_block(registers, table)] for table in _TABLES}
    blocks[Table.HOLDING] += [_registers(extent) for extent in registers.memory()]
    return SimDevice(
        id=unit,
        simdata=(blocks[Table.COIL], blocks[Table.DISCRETE], blocks[Table.HOLDING], blocks[Table.INPUT]),
        action=partial(_act, registers, wire),
    )


def _block(registers: RegisterMap, table: Table) -> SimData:
    extent = registers.extent(table)
    bits = table in BIT_TABLES
    if extent is None:
        # pymodbus wants something in every table; one far address nobody has keeps the table as good as empty.
        return SimData(65_520, values=[False] * 16, datatype=DataType.BITS) if bits else SimData(65_535)
    count = extent.last - extent.first + 1
    if bits:
        return SimData(extent.first, values=[False] * count, datatype=DataType.BITS)
    return _registers(extent)


def _registers(extent: Extent) -> SimData:
    return SimData(extent.first, count=extent.last - extent.first + 1, values=0, datatype=DataType.REGISTERS)


async def _act(
    registers: RegisterMap,
    wire: _Wire,
    function: int,
    first: int,
    address: int,
    count: int,
    words: list[int],
    written: list[int] | list[bool] | None,
) -> ExcCodes | None:
    """Called by pymodbus before it answers; ``count`` is in words even for bits, ``first`` the block's first word."""
    device = registers.device
    if device.offline:
        return ExcCodes.GATEWAY_NO_RESPONSE
    table = _TABLE_OF[function]
    # The water is everybody's: it is moved before a write that may act, not for a look at it and not for a heartbeat.
    acts = written is not None and not registers.only_beats(table, address, len(written))
    if acts or not device.sampled:
        device.advance(wire.plant_s())
    try:
        if written is not None:
            registers.take(table, address, written)
            if acts and device.sampled:
                wire.written()
        else:
            _show(registers, table, address, count, words, first)
    except NotWritable:
        return ExcCodes.ILLEGAL_ADDRESS
    except InvalidValue:
        return ExcCodes.ILLEGAL_VALUE if written is not None else ExcCodes.DEVICE_FAILURE
    except DeviceBusy:
        return ExcCodes.DEVICE_BUSY
    except DeviceRefused:
        return ExcCodes.DEVICE_FAILURE
    return None


def _show(registers: RegisterMap, table: Table, address: int, count: int, words: list[int], first: int) -> None:
    if table in BIT_TABLES:
        registers.show(table, address - address % 16, count * 16, words, first)
    else:
        registers.show(table, address, count, words, first)
