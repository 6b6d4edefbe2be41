"""Starting fast: what a city is built of is built once, and stays.

While it is being built nearly nothing becomes garbage, and looking for it all the same costs a quarter of the start.
Once it stands, everything there is set aside for good, so that later collections look at what came since: a cycle is
not held up by a walk over a hundred thousand objects that never go.
"""

from __future__ import annotations

import gc
import sys

GIVE_WAY_S = 0.001
"""Threads that write (journal, state, recording) give way to the event loop after this long: with the usual 5 ms
everybody who asks waits for them, again and again."""


def hurry() -> None:
    """The process begins to start: no garbage is collected until ``settle``."""
    gc.disable()


def settle() -> None:
    """The process has started: set aside what there is, and collect what comes."""
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(GIVE_WAY_S)
