"""``zhadao check``: everything loading checks, the proof over a year, and rules that get into each other's way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.settings.load import Loader
from controller.settings.overlay import Overlay
from controller.settings.problems import Problem
from controller.settings.rule_conflicts import check_rules
from controller.settings.site import Site
from controller.settings.states import with_state_programs
from controller.settings.year_proof import check_no_day_burning


@dataclass(frozen=True, slots=True)
class Checked:
    """What looking a folder over found. ``warnings`` stop nothing; with problems there is no site."""

    site: Site | None
    problems: list[Problem]
    warnings: list[Problem]


def check_site(path: Path, overlay: Overlay | None = None) -> tuple[Site | None, list[Problem]]:
    """The site and no problems, or None and all of them, in reading order. Reads, changes nothing."""
    checked = look_over(path, overlay)
    return checked.site, checked.problems


def look_over(path: Path, overlay: Overlay | None = None, today: date | None = None) -> Checked:
    """As ``check_site``, with what is only worth a look. ``today``: rules are tried over three years from then on."""
    loader = Loader(path, overlay)
    site = loader.load()
    warnings = list(loader.warnings)
    if site is not None:
        plan = with_state_programs(site.lighting, site.states)
        check_no_day_burning(site.city, plan, loader.program_spots, loader.findings)
        warnings += check_rules(site, loader.lighting_spots.rules, loader.findings, today)
    problems = sorted(set(loader.findings.problems))
    if overlay is not None:
        problems, warnings = overlay.named(problems, path), overlay.named(warnings, path)
    return Checked(None if problems else site, problems, warnings)
