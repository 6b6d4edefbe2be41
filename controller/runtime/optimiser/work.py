"""``python -m controller.runtime.optimiser.work``: the worker. Questions in, answers out, until its input ends.

It gives way to everything else on the machine, and knows nothing but what it is asked.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO

from controller.logic.optimiser.choosing import considered
from controller.runtime.optimiser.frames import LENGTH, framed, length_of, unframed
from controller.runtime.optimiser.highs import Highs

NICE = 10


def main() -> None:
    """Answer until nobody asks any more. A question that cannot be answered ends the worker: its controller is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the controller's; it ends this by closing the pipe
    os.nice(NICE)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    solver = Highs()
    while (body := _next(questions)) is not None:
        answers.write(framed(considered(unframed(body), solver)))
        answers.flush()


def _next(questions: BinaryIO) -> bytes | None:
    head = questions.read(LENGTH)
    return questions.read(length_of(head)) if len(head) == LENGTH else None


if __name__ == "__main__":
    main()
