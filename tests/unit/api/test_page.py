from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from tests.unit.api.conftest import Bench

STATIC = files("controller.api") / "static"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("src", "href") and value:
                self.links.append(value)
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")


@pytest.fixture
def page() -> Page:
    page = Page()
    page.feed(STATIC.joinpath("index.html").read_text(encoding="utf-8"))
    return page


async def test_the_page_and_its_parts_are_served_to_anybody(bench: Bench) -> None:
    async with bench.client("") as client:
        kinds = {path: await client.get(path) for path in ("/", "/page.js", "/page.css")}
    assert [answer.status_code for answer in kinds.values()] == [200, 200, 200]
    assert kinds["/"].headers["Content-Type"] == "text/html; charset=utf-8"
    assert "闸刀" in kinds["/"].text


def test_the_page_asks_nobody_but_the_controller(page: Page) -> None:
    assert all(link.startswith("/") and not link.startswith("//") for link in page.links)
    for name in ("index.html", "page.js", "page.css"):
        text = STATIC.joinpath(name).read_text(encoding="utf-8")
        assert not re.search(r"https?://", text), f"{name} names another host"


def test_the_page_works_under_its_own_content_security_policy(page: Page) -> None:
    assert page.inline == []
    script = STATIC.joinpath("page.js").read_text(encoding="utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
        ".style",
    ):
        assert forbidden not in script


def test_every_id_the_script_uses_is_on_the_page_once(page: Page) -> None:
    script = STATIC.joinpath("page.js").read_text(encoding="utf-8")
    used = set(re.findall(r'byId\("([^"]+)"\)', script))
    assert used <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_every_route_the_script_uses_is_there(bench: Bench) -> None:
    script = STATIC.joinpath("page.js").read_text(encoding="utf-8")
    used = {path.rstrip("/") for path in re.findall(r"/api/v1/[a-z-]+", script)}
    served = set(bench.app.openapi()["paths"]) | {"/api/v1/live"}
    for path in used:
        assert any(route.startswith(path) for route in served), path
