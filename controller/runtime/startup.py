"""Starting fast: what a city is built of is built once, and stays.

While it is being built nearly nothing becomes garbage, and looking for it all the same costs a quarter of the start.
Once it stands, everything there is set aside for good, so that later collections look at what came since: a cycle is
not held up by a walk over a hundred thousand objects that never go.
"""

from __future__ import annotations

import asyncio
import gc
import sys

YOUNG = (5_000, 5)
"""Allocations until the youngest are looked through, and how often that until the next older ones are. With the usual
700 and 10 a large switch spends a tenth of its time on objects that are in use for a second and gone by themselves
after it; a look at 25,000 holds nobody up for more than a few milliseconds."""
NEVER = 1_000_000_000
"""The whole heap is not walked by chance. A polled city replaces a hundred thousand readings a second and makes next
to no cycles of them; the walk over all that live holds everything up for a second, every few seconds."""
WHOLE_EVERY_S = 3600.0
"""Instead it is walked on purpose this often (real seconds): what little garbage grew old goes then."""
GIVE_WAY_S = 0.0005
"""Threads that write (journal, state, recording) and the event loop give way to each other after this long. With the
usual 5 ms an order waits that long at each of the dozens of steps of its two commits."""


def hurry() -> None:
    """The process begins to start: no garbage is collected until ``settle``."""
    gc.disable()


def settle() -> None:
    """The process has started: set aside what there is, and collect what comes."""
    gc.freeze()
    gc.set_threshold(*YOUNG, NEVER)
    gc.enable()
    sys.setswitchinterval(GIVE_WAY_S)


async def tidy() -> None:
    """Collect old garbage once an hour, for ever; what lives then is set aside like what was built at the start."""
    while True:
        await asyncio.sleep(WHOLE_EVERY_S)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
