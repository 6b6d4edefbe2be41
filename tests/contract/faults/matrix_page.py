"""The fault matrix as a page for people: docs/reference/field-faults.md holds exactly these lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.contract.faults.framing import Framing
from tests.contract.faults.row import FRESH, Row, Shown, Told
from tests.contract.faults.rows import ROWS

_STATES = {
    "SENT": "SENT",
    "ACKED": "ACKED",
    "QUEUED": "QUEUED",
    "VERIFYING": "VERIFYING",
    "CONFIRMED": "**CONFIRMED** 已确认",
    "INDETERMINATE": "INDETERMINATE 结果未知，先回读",
    "MISMATCH": "**MISMATCH** 拒动或误动",
    "FAILED": "**FAILED** 未执行",
}
_ALARMS = {
    "offline": "`offline` 失联",
    "no_path": "`no_path` 网关无路径",
    "mismatch": "`mismatch` 拒动或误动",
    "busy": "`busy` 持续设备忙",
}
_WIRES = {Framing.TCP: "TCP", Framing.RTU: "RTU"}


def lines() -> Iterator[str]:
    """The table, line by line."""
    yield "| fault 故障 | on | a reading 读数 | a command 命令 | reached 到达 | log, alarm, reason 日志、告警、原因 |"
    yield "|---|---|---|---|---|---|"
    for row in ROWS:
        cells = (
            f"{row.en}<br>{row.zh}",
            _wires(row),
            _reading(row.shown),
            _command(row.told),
            _reached(row),
            _said(row),
        )
        yield f"| {' | '.join(cells)} |"


def _wires(row: Row) -> str:
    return ", ".join(_WIRES[framing] for framing in row.framings)


def _reading(shown: Shown | None) -> str:
    if shown is None:
        return ""
    if shown.soon == FRESH.soon:
        return "GOOD 可信, reconnected 重连" if shown.reconnects else "GOOD 可信"
    first, then = _quality(shown.soon), _quality(shown.later)
    return f"{first} → {then}"


def _quality(seen: str) -> str:
    _, quality, detail = seen.split()
    words = {"UNCERTAIN": "UNCERTAIN 存疑", "BAD": "BAD 不可信"}
    return f"{words[quality]} `{detail}`"


def _command(told: Told | None) -> str:
    if told is None:
        return ""
    way = " → ".join(_STATES[state] for state in _short(told.states))
    cause = f" `{told.cause}`" if told.cause else ""
    again = "; a new one follows 之后重发新命令" if told.commands > 1 else ""
    return f"{way}{cause}{again}"


def _short(states: Sequence[str]) -> list[str]:
    """The states without VERIFYING, which follows from ACKED, and each once."""
    return [state for at, state in enumerate(states) if state != "VERIFYING" and state not in states[:at]]


def _reached(row: Row) -> str:
    return "" if row.told is None else f"{row.told.reached}×"


def _said(row: Row) -> str:
    log = [f"`{event}`" for event in (row.shown.log if row.shown else ())]
    alarms = {row.shown.alarm if row.shown else "", row.told.alarm if row.told else ""} - {""}
    reasons = sorted({reason for framing in row.framings for reason in _reasons(row, framing)})
    parts = (log, [_ALARMS[alarm] for alarm in sorted(alarms)], [f"“{reason}”" for reason in reasons])
    return "<br>".join(", ".join(part) for part in parts if part)


def _reasons(row: Row, framing: Framing) -> set[str]:
    read = row.says.of_read(framing) if row.shown and row.shown.log else ""
    write = row.says.of_write(framing) if row.told else ""
    return {read, write} - {""}


if __name__ == "__main__":
    print("\n".join(lines()))
