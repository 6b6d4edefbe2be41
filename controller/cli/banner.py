"""What a starting controller says first: where it is and how to sign in."""

from __future__ import annotations


def sign_in_banner(url: str, code: str, site: str = "", demo: str = "") -> str:
    """The lines a person needs before anything else; the same on a terminal and in a file."""
    title = " · ".join(part for part in ("闸刀 zhadao", site, demo) if part)
    return "\n".join(
        (
            title,
            f"  page 页面          {url}",
            f"  one-time code 登录码  {code}",
            "  Ctrl-C stops everything. 按 Ctrl-C 全部停止。",
        )
    )


def announce(url: str, code: str) -> None:
    """Print the banner at once, also into a pipe: somebody or something waits for it."""
    print(sign_in_banner(url, code), flush=True)
