"""The status page: three files served as they are, so that no inline script or style is ever needed."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)

_STATIC = files("controller.api") / "static"


def _file(name: str, media_type: str) -> Response:
    return Response(_STATIC.joinpath(name).read_bytes(), media_type=media_type)


@router.get("/")
async def index() -> Response:
    """The page."""
    return _file("index.html", "text/html; charset=utf-8")


@router.get("/page.js")
async def script() -> Response:
    """Its behaviour."""
    return _file("page.js", "text/javascript; charset=utf-8")


@router.get("/page.css")
async def style() -> Response:
    """Its looks."""
    return _file("page.css", "text/css; charset=utf-8")


@router.get("/favicon.ico")
async def icon() -> Response:
    """None: browsers ask anyway, and a 404 in the console looks like a fault."""
    return Response(status_code=204)
