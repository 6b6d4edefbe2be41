"""What a starting controller says first: where it is and how to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Code(Protocol):
    """A one-time code and whose it is."""

    @property
    def name(self) -> str:
        """The sign-in name."""
        ...

    @property
    def code(self) -> str:
        """The code itself: printed here and never again."""
        ...


def sign_in_banner(url: str, codes: Sequence[Code], site: str = "", demo: str = "") -> str:
    """The lines a person needs before anything else; the same on a terminal and in a file."""
    title = " · ".join(part for part in ("闸刀 zhadao", site, demo) if part)
    width = max((len(one.name) for one in codes), default=0)
    return "\n".join(
        (
            title,
            f"  page 页面          {url}",
            *(f"  one-time code 登录码  {one.name:<{width}}  {one.code}" for one in codes),
            *(
                ["  good for one sign-in within 24 h, to set a password. 24 小时内有效，登录后请设置口令。"]
                if codes
                else []
            ),
            "  Ctrl-C stops everything. 按 Ctrl-C 全部停止。",
        )
    )


def announce(url: str, codes: Sequence[Code]) -> None:
    """Print the banner at once, also into a pipe: somebody or something waits for it."""
    print(sign_in_banner(url, codes), flush=True)
