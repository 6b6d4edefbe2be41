"""The reference pages name what is there, and everything that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from controller.api import create_app
from controller.api.inputs import MAX_TARGETS
from controller.cli.app import app
from controller.domain.quality import Detail
from controller.domain.slots import MAX_LEASE, Slot
from hil.cli import register_demo, register_simulate
from tests.unit.api.fake_controller import FakeController
from tests.unit.runtime.people.rig import Folk

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """A command, or those of a group and of the groups in it, by their full names."""
    group = getattr(command, "commands", {})
    if not group:
        yield name, command
    for inner, sub in group.items():
        yield from leaves(f"{name} {inner}", sub)


def test_every_command_and_option_is_in_the_reference_and_the_other_way_round() -> None:
    page = text_of("reference/cli.md")
    bench = typer.Typer()
    for register in (register_demo, register_simulate):
        register(bench)
    commands: dict[str, Any] = {}
    for one in (app, bench):
        command: Any = typer.main.get_command(one)
        commands |= command.commands
    options: set[str] = set()
    for name, sub in commands.items():
        for full, leaf in leaves(name, sub):
            assert f"`{full}" in page, full
            options |= {option for parameter in leaf.params for option in parameter.opts if option.startswith("--")}
    named = set(re.findall(r"--[a-z-]+[a-z]", page)) - {"--help", "--no-live", "--no-follow"}
    assert named == options


def test_every_route_is_in_the_reference_and_the_other_way_round() -> None:
    facade = FakeController()
    paths = create_app(facade, Folk(facade.clock).authority).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    named = set(re.findall(r"`((?:GET|POST) /[^`?]*)`", text_of("reference/api.md")))
    assert named == served
    assert f"{MAX_TARGETS:,}" in text_of("reference/api.md")


@pytest.mark.parametrize("slot", list(Slot))
def test_the_slots_are_the_ones_in_the_reference(slot: Slot) -> None:
    longest = f" {MAX_LEASE[slot].total_seconds() / 3600:g} h " if slot in MAX_LEASE else " "
    (row,) = [line for line in text_of("reference/slots.md").splitlines() if line.startswith(f"| {slot.value} |")]
    cells = row.split("|")
    assert (cells[2].strip(), cells[3].strip(), cells[5]) == (f"`{slot.label}`", slot.kind.value, longest)


def test_the_details_of_quality_are_all_explained() -> None:
    assert set(
        re.findall(
            r"`([a-z]+_[a-z_]+|failure|frozen|test|inconsistent|substituted)`", text_of("explanation/quality.md")
        )
    ) == {detail.value for detail in Detail if detail.value}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not link.startswith("https://"):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
