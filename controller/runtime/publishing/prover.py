"""Where proofs are asked for: one process at a time, ended with whoever asked."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter, ValidationError

from controller.domain.errors import ConfigError
from controller.runtime.publishing.proving import Job
from controller.runtime.publishing.report import ProofReport

log = structlog.get_logger("publishing")
MODULE = "controller.runtime.publishing.prove_process"
_JOB = TypeAdapter(Job)
_REPORT = TypeAdapter(ProofReport)


@dataclass(frozen=True, slots=True)
class Proven:
    """The report, and every light's numbers as they came (64-bit floats, row by row)."""

    report: ProofReport
    rows: bytes


Prove = Callable[[Job], Awaitable[Proven]]


async def prove_beside(job: Job) -> Proven:
    """Have the job done in a process of its own.

    Raises:
        ConfigError: it could not be done; the message says why.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await child.communicate(_JOB.dump_json(job))
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    head, _, rows = said.partition(b"\n")
    if child.returncode != 0 or not head:
        why = complained.decode("utf-8", "replace").strip().splitlines()
        log.error("proof_failed", code=child.returncode, reason="\n".join(why[-20:]))
        text = "; ".join(why[-3:]) or "it ended without a word"
        raise ConfigError(f"the draft could not be tried (exit code {child.returncode}): {text}")
    try:
        return Proven(_REPORT.validate_json(head), rows)
    except ValidationError as cause:
        raise ConfigError(
            f"the proof's answer cannot be read ({cause.error_count()} differences): prove anew"
        ) from cause
