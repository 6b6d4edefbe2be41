"""A yes or no from whoever sits there."""

from __future__ import annotations

import sys


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the person says yes; anything else, and nobody there, is a no. ``yes``: said beforehand by ``--yes``."""
    if yes:
        return True
    print(f"{question} [y/N] ", end="", flush=True)
    said = sys.stdin.readline().strip().lower()
    if said in ("y", "yes", "是"):
        return True
    print("Nothing was done. 未执行。")
    return False
