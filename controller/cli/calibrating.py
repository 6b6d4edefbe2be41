"""``network calibrate``: the model's numbers learned from recorded levels, rain and pumping; a proposal only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.failing import plain_words
from controller.cli.options import DEFAULT_DATA, DataDir
from controller.cli.running import SiteFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from controller.logic.hydraulics.calibration import Calibration, Fit
    from controller.logic.hydraulics.network import Network
    from controller.logic.hydraulics.rows import Row

_FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def calibrate(
    config: SiteFolder,
    data: DataDir = DEFAULT_DATA,
    csv: Annotated[
        list[Path] | None, typer.Option("--csv", help="Rows from elsewhere instead of the data folder's; repeatable.")
    ] = None,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=_FORMS, help="From this moment on, site time.")
    ] = None,
    ends: Annotated[datetime | None, typer.Option("--to", formats=_FORMS, help="Up to this moment, site time.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where the proposal is written.")] = Path("network-proposal.yaml"),
) -> None:
    """Fit the waters' model to what was recorded 率定: runoff, lag, conveyance, storage; with how well it fits.

    Example: zhadao network calibrate config/hangzhou --from 2026-06-20 --to 2026-06-24

    Writes a proposal to look at and copy from; no configuration is ever changed by it.

    Exit code 0; 1 when nothing can be fitted; 2 when the configuration cannot be used.
    """
    with plain_words():
        from controller.domain.errors import InvalidValue
        from controller.logic.hydraulics.calibration import calibrate as fitted
        from controller.runtime.hydraulics.files import files_in
        from controller.settings.load import load_site

        site = load_site(config)
        if site.network is None:
            raise InvalidValue(f"{config} describes no waters: there is no network: under water/")
        zone = site.lighting.tz
        rows = _rows(csv or files_in(data), begins, ends, zone)
        found = fitted(site.network, rows)
        out.write_text("\n".join(_proposal(site.network, found, rows, zone)) + "\n", encoding="utf-8")
    print("\n".join(_table(found, zone)))
    print(
        f"proposal 建议: {out}  (copy what you agree with into water/network.yaml; nothing was changed 未改动任何配置)"
    )


def _rows(files: list[Path], begins: datetime | None, ends: datetime | None, zone: ZoneInfo) -> list[Row]:
    from controller.domain.errors import InvalidValue
    from controller.logic.hydraulics.rows import within
    from controller.runtime.hydraulics.files import read_rows

    if not files:
        raise InvalidValue(
            "there are no rows: a controller writes them to its data folder's waters/, or name --csv FILE"
        )
    local = [moment.replace(tzinfo=zone) if moment else None for moment in (begins, ends)]
    return within(read_rows(files), local[0], local[1])


def _table(found: Calibration, zone: ZoneInfo) -> list[str]:
    from controller.cli.texts import clock_time, columns

    first, last = found.fits[0].begins, found.fits[0].ends
    lines = [
        f"Calibration 率定  {clock_time(first, zone, '%Y-%m-%d %H:%M')} … {clock_time(last, zone, '%Y-%m-%d %H:%M')}"
    ]
    rows: list[tuple[str, ...]] = [
        ("reach 水域", "RMSE", "before 原", "Nash–Sutcliffe", "n", "storage ×", "verdict 评价")
    ]
    rows += [_row(fit, found.storage_scale[fit.reach]) for fit in found.fits]
    lines += columns(rows)
    lines += [f"  left as it was 未率定: {why}" for fit in found.fits for why in fit.left]
    lines += [f"  not fitted 未率定 {name}: {why}" for name, why in found.not_fitted.items()]
    return lines


def _row(fit: Fit, scale: float) -> tuple[str, ...]:
    return (
        fit.reach,
        f"{fit.rmse_m:.3f} m",
        f"{fit.rmse_before_m:.3f} m",
        f"{fit.nash_sutcliffe:.3f}",
        str(fit.n),
        f"{scale:.2f}",
        _verdict(fit),
    )


def _verdict(fit: Fit) -> str:
    if fit.rmse_m >= fit.rmse_before_m:
        return "NO BETTER: do not take it 未改善，勿采用"
    return "good 良好" if fit.nash_sutcliffe >= 0.8 else "fair 一般" if fit.nash_sutcliffe >= 0.5 else "POOR 差"


def _proposal(network: Network, found: Calibration, rows: list[Row], zone: ZoneInfo) -> Iterator[str]:
    from controller.cli.texts import clock_time

    first, last = (clock_time(row.at, zone, "%Y-%m-%d %H:%M") for row in (rows[0], rows[-1]))
    yield "# Proposed by `zhadao network calibrate` from what was recorded. Nothing uses this file: copy what you agree"
    yield f"# with into water/network.yaml. Period {first} … {last}, {len(rows)} rows."
    yield "fit:"
    for fit in found.fits:
        yield (
            f"  - {{reach: {fit.reach}, rmse_m: {fit.rmse_m:.4f}, rmse_before_m: {fit.rmse_before_m:.4f}, "
            f"nash_sutcliffe: {fit.nash_sutcliffe:.4f}, n: {fit.n}}}  # {_verdict(fit)}"
        )
        yield from (f"  # left as it was: {why}" for why in fit.left)
    yield from (f"  # {name} was not fitted: {why}" for name, why in found.not_fitted.items())
    yield "reaches:"
    for name, scale in found.storage_scale.items():
        points = ", ".join(f"[{level:g}, {area:.4g}]" for level, area in found.network.reaches[name].storage.points)
        yield f"  - {{id: {name}, storage: [{points}]}}  # × {scale:.3f}"
    yield "catchments:"
    for land in found.catchments.values():
        minutes = round(land.lag_s / 60.0)
        lag = f"{minutes // 60}h{minutes % 60}m" if minutes >= 60 else f"{minutes}m"
        yield f"  - {{name: {land.name}, runoff: {land.runoff:.3f}, lag: {lag}, base_m3s: {land.base_m3s:.3f}}}"
    yield "channels:"
    for (a, b), conveyance in found.conveyance_m2s.items():
        yield f"  - {{between: [{a}, {b}], conveyance_m2s: {conveyance:.1f}}}"
    yield "gates:"
    for gate in network.gates:
        if gate.gate in found.gate_scale:
            scale = found.gate_scale[gate.gate]
            yield f"  - {{gate: {gate.gate}, width_m: {gate.width_m * scale:.2f}}}  # × {scale:.2f}"
