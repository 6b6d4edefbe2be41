"""A draft tried: loaded over its site folder as a controller would load it, checked, proven beside what is in force.

Runs in a process of its own (``prove_process``): a city of 10,000 cabinets takes many seconds to load, and control
must not feel them.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from controller.domain.points import TargetId
from controller.runtime.publishing.lights import lights_of
from controller.runtime.publishing.report import NAMED, ProofReport, Severity
from controller.runtime.publishing.summary import NOW, WAS, changes_of, findings_of, sums_of, totals_of
from controller.settings.checks import check_site
from controller.settings.load import load_site
from controller.settings.overlay import Overlay, files_hash
from controller.settings.site import Site
from schedules.proof_year import NIGHTS, prove_year


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be tried: a draft's files over a folder, beside the version in force (``base``; 0: the folder's own).

    ``first`` None: only check the draft, prove nothing.
    """

    draft: str
    config: str
    files: Mapping[str, str]
    base: int
    base_files: Mapping[str, str]
    base_over: str
    first: date | None
    nights: int = NIGHTS


def tried(job: Job) -> tuple[ProofReport, bytes]:
    """The report, and every light's numbers (``report.LightProof`` without its name) as 64-bit floats, row by row.

    Raises:
        ConfigError: the folder itself cannot be loaded with what is in force.
    """
    began_s = time.perf_counter()
    path = Path(job.config)
    hashed = files_hash(job.files)
    site, problems = check_site(path, Overlay(job.base + 1, job.files, name=job.draft))
    if site is None:
        texts = tuple(map(str, problems))
        return ProofReport(job.draft, hashed, job.base, "", problems=texts), b""
    if job.first is None:
        return ProofReport(job.draft, hashed, job.base, "", site.config_hash), b""
    base = load_site(path, Overlay(job.base, job.base_files, job.base_over))
    report, rows = _proven(job, job.first, site, base)
    return replace(report, took_s=round(time.perf_counter() - began_s, 2)), rows


def _proven(job: Job, first: date, site: Site, base: Site) -> tuple[ProofReport, bytes]:
    lights = lights_of(site.city)
    brought = {name for spec in site.states.specs.values() for name in spec.programs.values()}
    proof = prove_year([base.lighting, site.lighting], lights, first, job.nights)
    was, now = totals_of(proof, WAS, lights), totals_of(proof, NOW, lights)
    changes, left_out, changed = changes_of(proof, lights)
    found = findings_of(proof, lights, site.lighting, brought)
    report = ProofReport(
        draft=job.draft,
        draft_hash=files_hash(job.files),
        base=job.base,
        base_config=base.config_hash,
        new_config=site.config_hash,
        first=first.isoformat(),
        nights=job.nights,
        lights=len(lights),
        places=len(proof.lit.places),
        sums=tuple(sums_of(lights, was, now)),
        changes=tuple(changes),
        changes_left_out=left_out,
        changed_lights=changed,
        findings=tuple(sorted(found, key=lambda one: list(Severity).index(one.severity))),
        notes=tuple(_notes(site, base)),
    )
    columns = (
        now.burn_h,
        now.full_h,
        now.kwh,
        now.day_min,
        now.gap_h,
        now.saved_h,
        now.switchings,
        was.burn_h,
        was.kwh,
    )
    return report, np.ascontiguousarray(np.stack(columns, axis=1), dtype="<f8").tobytes()


def _notes(site: Site, base: Site) -> Iterator[str]:
    """What a proof over the calendar and the sun says nothing about."""
    yield "each light also switches up to its spread later than its program, at dusk and at dawn alike"
    if any(program.lux is not None for program in site.lighting.programs.values()):
        yield "light sensors: proven without them (they never darken a road), and at their windows' worst by day"
    if any(program.conditions for program in site.lighting.programs.values()):
        yield "conditions on values may light more than shown here; what they add is not counted"
    if site.daylight != base.daylight:
        yield "light-sensor and weather settings differ from what is in force; the hours here do not show it"
    gone = sorted(base.groups.keys() - site.groups.keys())
    if gone:
        yield f"groups that are gone: {', '.join(gone)}"
    new = sorted(site.groups.keys() - base.groups.keys())
    if new:
        yield f"new groups: {', '.join(new)}"
    for name in sorted(site.groups.keys() & base.groups.keys()):
        was, now = base.scopes.groups.get(name, frozenset()), site.scopes.groups.get(name, frozenset())
        if was != now:
            yield f"group {name}: {len(was)} → {len(now)} lights{_some('+', now - was)}{_some('−', was - now)}"


def _some(sign: str, lights: Collection[TargetId]) -> str:
    """Who comes to a group or leaves it, the first few by name."""
    if not lights:
        return ""
    left = len(lights) - NAMED
    return f"; {sign} {', '.join(sorted(lights)[:NAMED])}" + (f" and {left} more" if left > 0 else "")
