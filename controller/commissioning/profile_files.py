"""Profile files for the bench: read by the same loader as everything under config/, by path or by name."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from controller.domain.errors import ConfigError
from controller.settings.parsing import Findings
from controller.settings.problems import ConfigProblems, Problem, did_you_mean
from controller.settings.profiles import profile_of
from controller.settings.yaml_lines import Document, read_document
from drivers.profile import Profile

SHELVES = (Path("config/profiles"), Path("profiles"))
"""Where a profile's name is looked for, below the working folder."""
LACKS_FEEDBACK = "a writable point without feedback"
"""The loader's words for what only a person can fill in."""


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """A profile, and what the loader still has against it: points whose feedback is to be filled in."""

    profile: Profile
    file: Path
    open_points: tuple[Problem, ...] = ()


def find_profile(name: str) -> Path:
    """The file of a path or of a profile's id.

    Raises:
        ConfigError: there is none.
    """
    said = Path(name)
    if said.is_file():
        return said
    known = {file.stem: file for shelf in SHELVES for file in sorted(shelf.glob("*.yaml"))}
    if name in known:
        return known[name]
    raise ConfigError(f"no profile {name}: give its file, or its id in config/profiles; {did_you_mean(name, known)}")


def read_profile(name: str) -> ReadProfile:
    """Read a profile for looking only: writable points whose feedback is still to be filled in are read-only.

    Raises:
        ConfigError: there is none, or something else is wrong with it, each with file and line.
    """
    file = find_profile(name)
    document = read_document(file, str(file))
    findings = Findings()
    profile = profile_of(document, file.stem, findings)
    if profile is not None:
        return ReadProfile(profile, file)
    open_points = [problem for problem in findings.problems if problem.message == LACKS_FEEDBACK]
    if len(open_points) < len(findings.problems):
        raise ConfigProblems(findings.problems)
    again = Findings()
    profile = profile_of(replace(document, data=_read_only(document.data)), file.stem, again)
    if profile is None:
        raise ConfigProblems(again.problems)
    return ReadProfile(profile, file, tuple(open_points))


def problems_of(text: str, id_: str) -> tuple[Problem, ...]:
    """Everything the loader has against this profile text; none: it can be used as it is."""
    findings = Findings()
    profile_of(_document(text, id_), id_, findings)
    return tuple(findings.problems)


def _document(text: str, id_: str) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile.yaml"
        file.write_text(text, encoding="utf-8")
        return read_document(file, f"{id_}.yaml")


def _read_only(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with every point that lacks its feedback taken off the allow-list."""
    points = {name: _without_write(point) for name, point in (data.get("points") or {}).items()}
    groups = [
        {**group, "points": {name: _without_write(point) for name, point in group.get("points", {}).items()}}
        for group in data.get("groups") or []
    ]
    return {**data, "points": points, "groups": groups}


def _without_write(point: Any) -> Any:
    if isinstance(point, dict) and point.get("feedback") is None:
        return {key: value for key, value in point.items() if key not in ("access", "feedback")}
    return point


def require_whole(read: ReadProfile) -> Profile:
    """The profile, when nothing in it is still to be filled in.

    Raises:
        ConfigError: something is.
    """
    if read.open_points:
        named = "\n".join(map(str, read.open_points))
        raise ConfigError(f"{read.file} is not complete: a write test needs every output's feedback named\n{named}")
    return read.profile
