"""Lights asked for by where and what they are, instead of one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.cli.client import API, ApiClient

if TYPE_CHECKING:
    from controller.cli.setting import Query
    from controller.runtime.views import AssetView

_CLASS = {"road": "road_lighting", "landscape": "landscape_lighting"}


def lights_of(client: ApiClient, query: Query, value: str) -> list[str]:
    """The circuits that fit; the luminaires that fit, where the value is one of theirs (``60%``).

    Raises:
        UsageProblem: a word of the query is none of its kind.
    """
    from controller.cli.failing import UsageProblem
    from controller.runtime.views import AssetView

    if query.lights and query.lights not in _CLASS:
        raise UsageProblem(f"--lights {query.lights}: say road or landscape")
    if query.grade and query.grade not in ("special", "first", "second"):
        raise UsageProblem(f"--grade {query.grade}: say special, first or second")
    dims = value.strip().endswith("%")
    asset_kind, output_kind = ("pole", "luminaire") if dims else ("cabinet", "circuit")
    assets: list[AssetView] = client.get(
        f"{API}/assets", list[AssetView], kind=asset_kind, division=query.division or None
    )
    wanted = "" if dims or not query.lights else _CLASS[query.lights]
    return [
        output.target
        for asset in assets
        if _stands_there(asset, query)
        for output in asset.outputs
        if output.kind == output_kind and wanted in ("", output.owner_class)
    ]


def _stands_there(asset: AssetView, query: Query) -> bool:
    return query.street in ("", asset.street) and query.road in ("", asset.road) and query.grade in ("", asset.grade)
