"""The process a proof runs in: a job as JSON on standard input, the report as one JSON line and raw numbers back.

``python -m controller.runtime.publishing.prove_process``; it yields to everything else on the machine, ends with its
input, and gives up by itself rather than run for ever.
"""

from __future__ import annotations

import os
import resource
import sys

from pydantic import TypeAdapter

from controller.domain.errors import ControllerError
from controller.runtime.publishing.proving import Job, tried
from controller.runtime.publishing.report import ProofReport

MOST_CPU_S = 600
"""Seconds of processor time after which the system ends it."""
NICE = 10


def main() -> int:
    """Do one job; 0 when it was done, 1 when the folder cannot be loaded (why is on standard error)."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    job = TypeAdapter(Job).validate_json(sys.stdin.buffer.read())
    try:
        report, rows = tried(job)
    except ControllerError as error:
        print(str(error), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(TypeAdapter(ProofReport).dump_json(report) + b"\n" + rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
