"""``scan``: what answers at addresses a person typed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import REFUSED, UsageProblem, plain_words

if TYPE_CHECKING:
    from controller.commissioning.scan_targets import ScanTarget
    from controller.commissioning.scanning import UnitFound

Where = Annotated[
    str,
    typer.Argument(
        metavar="[HOST[:PORT]]", help="One address: 10.20.6.9, 10.20.6.9:502, or a URL of any wire, opc.tcp:// too."
    ),
]


def scan(
    where: Where = "",
    units: Annotated[str, typer.Option("--units", help="Modbus unit ids to ask: 1-16,20.")] = "",
    endpoints: Annotated[
        Path | None, typer.Option("--endpoints", help="A file of addresses, one a line, each perhaps with units=1-16.")
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=30, help="Seconds to wait for each answer.")
    ] = 0.5,
    pause: Annotated[float, typer.Option("--pause", min=0.02, max=60, help="Seconds between two requests.")] = 0.1,
) -> None:
    """Look what answers at addresses you name 查找设备, slowly and without writing. Nothing else is ever asked.

    Modbus: one register of each unit; of those that answer, one of every table and who they say they are (FC 43/14).
    OPC UA: the endpoints, their security and the certificate's fingerprint. Networks and ranges of hosts are refused.

    Example: zhadao scan 10.20.6.9:502 --units 1-32

    Exit code 0: something answers. 1: nothing does. 2: no single address.
    """
    with plain_words():
        found = asyncio.run(_scan(_targets(where, units, endpoints), timeout, pause))
    if not found:
        raise typer.Exit(REFUSED)


def _targets(where: str, units: str, endpoints: Path | None) -> tuple[ScanTarget, ...]:
    from controller.commissioning.scan_targets import parse_units, target_of, targets_in
    from controller.domain.errors import InvalidValue

    if bool(where) == (endpoints is not None):
        raise UsageProblem("say one address, or a file of them with --endpoints")
    try:
        asked = parse_units(units) if units else ()
        if endpoints is None:
            targets: tuple[ScanTarget, ...] = (target_of(where, asked),)
        else:
            targets = targets_in(endpoints.read_text(encoding="utf-8").splitlines(), asked)
    except InvalidValue as why:
        raise UsageProblem(str(why)) from None
    except (OSError, UnicodeDecodeError) as cause:
        raise UsageProblem(f"{endpoints} can't be read ({cause}): name a text file") from None
    for target in targets:
        if not target.opcua and not target.units:
            raise UsageProblem(f"{target.url}: say which units to ask: --units 1-16")
    return targets


async def _scan(targets: tuple[ScanTarget, ...], timeout_s: float, pause_s: float) -> int:
    found = 0
    for target in targets:
        print(f"{target.url}" + ("" if target.opcua else f", {len(target.units)} units, nothing is written"))
        found += await (_opcua(target, timeout_s) if target.opcua else _modbus(target, timeout_s, pause_s))
    return found


async def _modbus(target: ScanTarget, timeout_s: float, pause_s: float) -> int:
    from controller.commissioning.scanning import ScanLog, scan_units
    from controller.runtime.clocks import RealClock

    log = ScanLog()
    try:
        found = await scan_units(target, log, RealClock(), _tell, timeout_s=timeout_s, pause_s=pause_s)
    except asyncio.CancelledError:
        print(f"  stopped 已中止: {log.words()}")
        raise
    for unit in found:
        if unit.identity:
            print(f"  unit {unit.unit}: {unit.identity}")
    if log.trouble:
        print(f"  ! {log.trouble}")
    print(f"  {len(found)} answer 有应答; {log.words()}")
    return len(found)


def _tell(unit: UnitFound) -> None:
    said = ", ".join(f"{table} {answer}" for table, answer in unit.answers)
    print(f"  unit {unit.unit:>3}: {said}", flush=True)


async def _opcua(target: ScanTarget, timeout_s: float) -> int:
    from controller.cli.texts import columns
    from controller.commissioning.opcua_endpoints import endpoints_of
    from controller.domain.errors import LinkDown

    try:
        offered = await endpoints_of(target.url, max(timeout_s, 2.0))
    except LinkDown as down:
        print(f"  ! {down}")
        return 0
    rows = [(one.policy, one.mode, "+".join(one.sign_in), one.url, one.note) for one in offered]
    print("\n".join(columns(rows)))
    for fingerprint, thumbprint in dict.fromkeys(
        (one.fingerprint, one.thumbprint) for one in offered if one.fingerprint
    ):
        print(f"  certificate 证书 SHA-256 {fingerprint}\n              SHA-1   {thumbprint}")
    print(f"  application {', '.join(dict.fromkeys(one.application for one in offered))}; sent: GetEndpoints, once")
    return len(offered)
