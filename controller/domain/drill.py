"""What marks everything of a drill (演练), so that nobody ever takes it for the city."""

from __future__ import annotations

from dataclasses import dataclass

SIGN_ZH, SIGN_EN = "演练", "DRILL"
SIGN = f"【{SIGN_ZH} {SIGN_EN}】"
"""Stands before every alarm's text, every printed form, every answer to a person."""
HEADER = "X-Zhadao-Drill"
"""Stands in every answer of a drill's API, with the drill's run."""


@dataclass(frozen=True, slots=True)
class DrillMark:
    """A running drill: ``run`` is this one holding of it, ``drill`` what is drilled, as the site's drills name it."""

    run: str
    drill: str
    title_zh: str
    title_en: str

    def marked(self, text: str) -> str:
        """The text with the sign before it, once; an empty one stays empty."""
        return f"{SIGN}{text}" if text and not text.startswith(SIGN) else text


def marked(mark: DrillMark | None, text: str) -> str:
    """As ``mark`` says; outside a drill the text as it is."""
    return text if mark is None else mark.marked(text)


def drill_line(mark: DrillMark | None) -> str:
    """The drill as one line of a screen; empty outside a drill."""
    return "" if mark is None else mark.marked(f"{mark.title_zh} · {mark.title_en} ({mark.run})")
