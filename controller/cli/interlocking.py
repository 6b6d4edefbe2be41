"""``interlock table``: what every interlock of a station gives, for every value its condition can have."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from controller.cli.failing import plain_words
from controller.cli.looking import Lang
from controller.domain.errors import ConfigError, UnknownTarget

if TYPE_CHECKING:
    from controller.logic.truth_table import ActTable
    from controller.settings.site import Site

interlock_app = typer.Typer(no_args_is_help=True, help="What stands between a decision and an act.")
CONFIGS = Path("config")


@interlock_app.callback()
def _interlock() -> None:
    """What stands between a decision and an act."""


@interlock_app.command("table")
def table(
    station: Annotated[
        str, typer.Argument(metavar="STATION", help="A station (330102-PS-0003), or a lighting cabinet.")
    ],
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="ZHADAO_CONFIG", show_default="the one below ./config", help="Site folder."),
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the texts.")] = Lang.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON, for programs.")] = False,
) -> None:
    """Print the whole truth table: every act, every interlock that binds it, and what each value gives.

    Reads a site folder only; asks no controller. Exit code 2 when the folder cannot be used.
    """
    with plain_words():
        from controller.settings import load_site

        tables = tables_of(load_site(config or _only_site()), station)
        if as_json:
            print(json.dumps([_plain(asdict(one)) for one in tables], ensure_ascii=False, indent=2))
            return
        from controller.cli.interlock_texts import table_lines

        print("\n".join(table_lines(tables, lang.value)))


def tables_of(site: Site, asset: str) -> tuple[ActTable, ...]:
    """The tables of a station's (or cabinet's) acts.

    Raises:
        UnknownTarget: the site has no such station or cabinet.
    """
    from controller.domain.points import device_of
    from controller.logic.truth_table import truth_table

    found = site.city.stations.get(asset) or site.city.cabinets.get(asset)
    if found is None:
        known = ", ".join(sorted(site.city.stations))
        raise UnknownTarget(f"no station or cabinet {asset} in this site; its stations are {known}")
    points = next(b.points for endpoint in site.endpoints for b in endpoint.devices if b.device == asset)
    return truth_table(found, [spec for spec in site.interlocks if device_of(spec.target) == asset], points)


def _only_site() -> Path:
    sites = sorted(file.parent for file in CONFIGS.glob("*/site.yaml"))
    if len(sites) != 1:
        found = ", ".join(map(str, sites)) or "none"
        raise ConfigError(f"which site? {found} below ./{CONFIGS}: say --config FOLDER")
    return sites[0]


def _plain(value: Any) -> Any:
    """Plain JSON: truths by their words, also as keys."""
    if isinstance(value, dict):
        return {str(getattr(key, "value", key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return getattr(value, "value", value)
