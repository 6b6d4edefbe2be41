"""``profile test``: the table of points and what looks wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from controller.cli.failing import UsageProblem
from controller.cli.texts import columns
from controller.commissioning.bench_line import Subject
from controller.commissioning.cell_text import shown
from controller.commissioning.profile_files import ReadProfile, read_profile
from controller.commissioning.reading import PointResult, ReadReport, run_test
from controller.commissioning.suspicions import Suspicion
from controller.runtime.clocks import RealClock
from drivers.base import Endpoint
from drivers.opcua.around import UaAround
from drivers.opcua.pki import FOLDER, Pki
from drivers.profile import Protocol


def subject_of(
    endpoint: str, profile: str, *, unit: int, root: str, site: Path | None, timeout_s: float, data: Path
) -> tuple[Subject, ReadProfile]:
    """The device that was named, and its profile.

    Raises:
        ConfigError: no such profile, or a site that can't be used. UsageProblem: profile and endpoint do not fit.
    """
    read = read_profile(profile)
    wire = _endpoint(endpoint, site, timeout_s)
    modbus = read.profile.protocol is Protocol.MODBUS
    if wire.url.startswith("opc.tcp://") == modbus or not wire.url.startswith(("opc.tcp://", "modbus+")):
        raise UsageProblem(f"{wire.url} does not speak {read.profile.protocol}, which profile {read.profile.id} is for")
    return Subject(wire, read.profile, unit, root, UaAround(Pki(data / FOLDER))), read


def _endpoint(said: str, site: Path | None, timeout_s: float) -> Endpoint:
    """A URL as it is; a name from the site, with all its options."""
    if "://" in said:
        return Endpoint(said.partition("://")[2], said, (), timeout_s)
    if site is None:
        raise UsageProblem(
            f"{said} is no URL: say modbus+tcp://HOST:PORT or opc.tcp://HOST:PORT/PATH, or --site with its name"
        )
    from dataclasses import replace

    from controller.settings import load_site

    found = {one.name: one for one in load_site(site).endpoints}
    if said not in found:
        raise UsageProblem(
            f"{site} has no endpoint {said} with a device behind it; there are {', '.join(sorted(found))}"
        )
    return replace(found[said], devices=())


def read_test(subject: Subject, read: ReadProfile, *, as_json: bool) -> bool:
    """Run it and lay it out; whether nothing needs a look."""
    report = asyncio.run(run_test(subject, RealClock()))
    if as_json:
        print(json.dumps(asdict(report) | {"good": report.good}, ensure_ascii=False, indent=2))
        return report.good
    for problem in read.open_points:
        print(f"open 待填写: {problem}")
    print("\n".join(report_lines(report)))
    return report.good


def report_lines(report: ReadReport) -> list[str]:
    """The report for people."""
    lines = [f"{report.profile} on {report.device} ({report.url}), {report.requests} requests, nothing was written", ""]
    rows = [("point 测点", "where", "raw", "value", "quality", ""), *map(_row, report.points)]
    lines += columns(rows)
    good = sum(point.quality == "GOOD" for point in report.points)
    lines += ["", f"{good} of {len(report.points)} points GOOD"]
    lines += (
        ["", "Looks wrong 疑点", *_suspicion_lines(report.suspicions)] if report.suspicions else ["nothing looks wrong"]
    )
    for one in report.warnings:
        lines += ["", f"warning 提示: {one.what}", f"  {one.what_zh}", f"  → {one.advice}"]
    return lines


def _row(point: PointResult) -> tuple[str, ...]:
    quality = f"{point.quality} {point.detail}".strip()
    return (point.name, point.where, point.raw, value_text(point), quality, point.remark)


def value_text(point: PointResult) -> str:
    """Value and unit."""
    if point.value is None:
        return "—"
    number = isinstance(point.value, float)
    text = shown(float(f"{point.value:.6g}")) if number else str(point.value)
    return f"{text} {point.unit}".rstrip()


def _suspicion_lines(found: Sequence[Suspicion]) -> list[str]:
    lines = []
    for one in found:
        names = ", ".join(one.points[:4]) + (f" and {len(one.points) - 4} more" if len(one.points) > 4 else "")
        lines.append(f"  {one.sure.value.upper():<8}  {names or 'the profile'}: {one.what}")
        lines.append(f"            {one.what_zh}")
        lines.append(f"            → {one.advice}")
    return lines
