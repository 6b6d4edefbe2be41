"""What the lights tell: lights-on rates, energy and carbon, the monthly report."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from controller.api import examples_light_figures as examples
from controller.api.answers import seen
from controller.api.parameters import NightOf
from controller.api.security import Viewer, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.rights import Right
from controller.logic.rights import LIGHTS, reach_of
from controller.runtime.authority import Session
from controller.runtime.light_history.views import EnergiesView, RatesView, SampleView

router = APIRouter(prefix="/api/v1/lighting", tags=["lighting"])

Scope = Annotated[
    str, Query(max_length=128, description="`city`, `division:330106`, `road:文一路`, `grade:special`, `class:road`, …")
]
By = Annotated[str, Query(max_length=16, description="Parts: `road`, `division`, `class` or `grade`; empty: none.")]


class Format(StrEnum):
    """What a report comes as."""

    HTML = "html"
    XLSX = "xlsx"


_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def visible_lights(shared: Shared, viewer: Session) -> Callable[[str], bool] | None:
    """Which lights the caller may see; None when all of the city's."""
    reach = reach_of(viewer.grants)
    if all(reach.everywhere(Right.SEE, of) for of in LIGHTS):
        return None
    return lambda target: sees(shared, viewer, target)


@router.get("/rates", summary="Lights-on rate 亮灯率", responses=seen(examples.RATES, "Of what the caller sees.", 404))
async def rates(
    shared: SharedState,
    viewer: Viewer,
    scope: Scope = "city",
    by: By = "",
    over: Annotated[
        str, Query(max_length=16, description="`now`, `tonight`, `7d`, `month` (to date) or `2026-06`.")
    ] = "now",
) -> RatesView:
    """From measured power, weighted by lamps. Unknown is shown apart, never counted as on; so are minutes that were
    not recorded. Of a scope the caller sees only in part, the part."""
    visible = visible_lights(shared, viewer)
    return await shared.facade.desks.light_figures.rates(scope, by, over, visible)


@router.get(
    "/samples", summary="A night's five-minute samples", responses=seen([examples.SAMPLE], "Oldest first.", 404)
)
async def samples(
    shared: SharedState,
    viewer: Viewer,
    scope: Scope = "city",
    night: NightOf = None,
) -> list[SampleView]:
    """What was sampled of a scope in one night. A missing five minutes is a gap: nothing was recorded."""
    return await shared.facade.desks.light_figures.samples(scope, night, visible_lights(shared, viewer))


@router.get("/energy", summary="Energy and carbon", responses=seen(examples.ENERGY, "Of what the caller sees.", 404))
async def energy(
    shared: SharedState,
    viewer: Viewer,
    scope: Scope = "city",
    by: By = "",
    over: Annotated[
        str, Query(max_length=16, description="`tonight`, `7d`, `month` (to date) or `2026-06`.")
    ] = "month",
) -> EnergiesView:
    """By the cabinets' meters, estimated apart; saved against the stated baselines; kgCO2 by dated factors."""
    return await shared.facade.desks.light_figures.energy(scope, by, over, visible_lights(shared, viewer))


@router.get(
    "/report",
    summary="The monthly lighting report",
    response_class=Response,
    responses=seen("(a file)", "HTML or XLSX, as a file to keep or send on.", 404),
)
async def report(
    shared: SharedState,
    viewer: Viewer,
    month: Annotated[str, Query(max_length=7, description="`2026-06`.")],
    form: Annotated[Format, Query(alias="format", description="`html` or `xlsx`.")] = Format.HTML,
    scope: Scope = "city",
) -> Response:
    """Rates, energy, carbon, faults and gaps of a month, with how each figure is made."""
    require(shared, viewer, Right.SEE)
    made = await shared.facade.desks.lighting_reports.month(month, scope, visible_lights(shared, viewer))
    content = await (made.html() if form is Format.HTML else made.xlsx())
    name = f"lighting-{month}.{form.value}"
    # A file to keep: a page of ours would be shown under this server's own policy, without its styles.
    return Response(content, media_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})
