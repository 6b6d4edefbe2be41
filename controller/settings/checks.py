"""``zhadao check``: everything loading checks, and the proof over a year on top."""

from __future__ import annotations

from pathlib import Path

from controller.settings.load import Loader
from controller.settings.problems import Problem
from controller.settings.site import Site
from controller.settings.states import with_state_programs
from controller.settings.year_proof import check_no_day_burning


def check_site(path: Path) -> tuple[Site | None, list[Problem]]:
    """The site and no problems, or None and all of them, in reading order. Reads, changes nothing."""
    loader = Loader(path)
    site = loader.load()
    if site is not None:
        plan = with_state_programs(site.lighting, site.states)
        check_no_day_burning(site.city, plan, loader.program_spots, loader.findings)
    problems = sorted(set(loader.findings.problems))
    return (None if problems else site), problems
