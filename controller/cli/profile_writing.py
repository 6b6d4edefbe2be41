"""``profile test --write-test``: what a person has to know, say and see."""

from __future__ import annotations

import asyncio
import getpass
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from controller.cli.failing import Refused, UsageProblem, complain
from controller.commissioning.bench_line import Subject
from controller.commissioning.hazards import Hazard, hazard_of
from controller.commissioning.ownership import controller_on, neighbours_in, owner_in
from controller.commissioning.profile_files import ReadProfile, require_whole
from controller.commissioning.write_journal import WriteJournal
from controller.commissioning.write_order import Before, WriteOrder, WriteReport
from controller.commissioning.writing import look_before, run_write_test
from controller.domain.points import Value
from controller.runtime.clocks import RealClock
from controller.settings.problems import did_you_mean
from drivers.profile import NO_FEEDBACK, PointSpec, PointType

ON_SITE = ("I AM ON SITE", "我在现场")
_TRUE, _FALSE = ("true", "on", "1", "开", "合"), ("false", "off", "0", "关", "分")


@dataclass(frozen=True, slots=True)
class WriteAsked:
    """What was typed."""

    point: str
    value: str
    hold_s: float
    on_site: bool
    journal: Path | None
    data: Path
    site: Path | None


def write_test_of(subject: Subject, read: ReadProfile, asked: WriteAsked) -> bool:
    """The whole conversation; whether the output is proven and everything as before.

    Raises:
        Refused, UsageProblem, ConfigError, ControllerError: why nothing was sent.
    """
    profile = require_whole(read)
    spec = profile.points.get(asked.point)
    if spec is None:
        raise UsageProblem(
            f"profile {profile.id} has no point {asked.point}; {did_you_mean(asked.point, profile.points)}"
        )
    _not_owned(subject, asked)
    journal = WriteJournal(asked.journal or _default_journal())
    for left in journal.unfinished(subject.name):
        complain(
            f"{left['at']}: a test of {subject.name}/{left['point']} wrote {left['new']!r} and never put "
            f"{left['old']!r} back 未恢复: look at the device before anything else ({journal.path})"
        )
    clock = RealClock()
    before = asyncio.run(look_before(subject, asked.point, clock))
    order = WriteOrder(subject, asked.point, _wanted(spec, asked.value, before.old), asked.hold_s, getpass.getuser())
    hazard = hazard_of(spec, order.value)
    _explain(order, before, hazard, journal)
    _confirmed(order, hazard, asked)
    report = asyncio.run(_run(order, before, journal))
    return _conclude(order, report, journal)


async def _run(order: WriteOrder, before: Before, journal: WriteJournal) -> WriteReport:
    """With Ctrl-C, a closed terminal and SIGTERM meaning: stop watching and put it back."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def asked_to_stop() -> None:
        _say(
            "  stopping: the old value is put back first 正在恢复，请等待"
            if not stop.is_set()
            else "  still putting it back 正在恢复"
        )
        stop.set()

    for number in numbers:
        loop.add_signal_handler(number, asked_to_stop)
    try:
        return await run_write_test(order, before, journal, RealClock(), stop, _say)
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _say(words: str) -> None:
    """To whoever still listens: a closed terminal must not keep the old value from being put back."""
    try:
        print(words, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of this process


def _not_owned(subject: Subject, asked: WriteAsked) -> None:
    """Deny by default: a running controller would undo the write, or act on what it brings about.

    Raises:
        Refused: a controller runs here and this device may be, or is, one of its own.
    """
    running = controller_on(asked.data)
    if running and asked.site is None:
        raise Refused(
            f"a controller runs on {asked.data} ({running}) and may own this device 控制器正在运行: say --site with "
            "its configuration so that it can be seen, or stop the controller first; nothing was sent"
        )
    if asked.site is None:
        return
    from controller.settings import load_site

    site = load_site(asked.site)
    owner = owner_in(site, subject)
    if owner and running:
        raise Refused(
            f"{subject.name} is {owner}, which the running controller ({running}) owns 该设备由控制器掌管: use "
            "`zhadao set`, or take the device out of its site, or stop the controller; nothing was sent"
        )
    if owner:
        print(f"! {subject.name} is {owner} of {asked.site}: make sure that no controller elsewhere is running it")
    elif running and neighbours_in(site, subject):
        print(f"! {neighbours_in(site, subject)} devices of the running controller share this wire, polled meanwhile")


def _default_journal() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "zhadao" / "write-tests.jsonl"


def _wanted(spec: PointSpec, said: str, old: Value) -> Value:
    """What is to be written, as the point takes it.

    Raises:
        UsageProblem: not said, not of its type, or what stands there already.
    """
    value = _typed(spec, said.strip(), old)
    if value == old:
        raise UsageProblem(f"{spec.name} is {old!r} already: say another --value")
    return value


def _typed(spec: PointSpec, said: str, old: Value) -> Value:
    if spec.type in (PointType.BOOL, PointType.BIT):
        if not said:
            return not old
        if said.lower() in _TRUE + _FALSE:
            return said.lower() in _TRUE
        raise UsageProblem(f"--value {said}: {spec.name} is a switch; say on or off")
    if not said:
        raise UsageProblem(f"{spec.name} is {spec.type}: say what to write with --value")
    if spec.type in (PointType.STRING, PointType.ENUM):
        return said
    try:
        return float(said)
    except ValueError:
        raise UsageProblem(f"--value {said}: {spec.name} takes a number in {spec.unit or 'its unit'}") from None


def _explain(order: WriteOrder, before: Before, hazard: Hazard, journal: WriteJournal) -> None:
    if hazard.refused:
        raise Refused(f"{order.id} is not tested by writing: {hazard.refused}; nothing was sent")
    spec = order.spec
    unit = f" {spec.unit}" if spec.unit else ""
    proof = (
        "none: only your eyes tell 无反馈"
        if spec.feedback in (None, NO_FEEDBACK)
        else f"{spec.feedback}, now {_state(before)}"
    )
    print(f"WRITE TEST 写入测试  {order.id}")
    print(f"  wire        {order.subject.endpoint.url}")
    print(f"  now 现值     {before.old}{unit}")
    print(f"  will be 写入  {order.value}{unit}, for {order.hold_s:g} s at most, then {before.old}{unit} again")
    print(f"  feedback    {proof}")
    print(f"  in the field {hazard.text}\n               {hazard.text_zh}")
    print("  No interlock, lease or tag of a controller stands between this and the field 无联锁保护.")
    fallback = order.subject.profile.heartbeat_s
    if fallback is not None:
        print(f"  The device hears no heartbeat from this test: after {fallback:g} s of silence it goes its own way.")
    print(f"  journal     {journal.path}")


def _state(before: Before) -> str:
    if before.feedback is None:
        return "not read"
    return f"{before.feedback.value} {before.feedback.quality.name}"


def _confirmed(order: WriteOrder, hazard: Hazard, asked: WriteAsked) -> None:
    """The exact words of a person who sits there.

    Raises:
        Refused: anything else was typed, or nobody is there.
    """
    if hazard.on_site:
        if not asked.on_site:
            raise Refused(
                f"{order.point} is or may be a {hazard.kind}: it is written only with --i-am-on-site and somebody "
                "there 须有人在现场; nothing was sent"
            )
        print(f"Type {ON_SITE[0]} (or {ON_SITE[1]}): ", end="", flush=True)
        if sys.stdin.readline().strip() not in ON_SITE:
            raise Refused("not confirmed 未确认; nothing was sent")
    print(f"Type {order.id} to write, anything else to leave 输入点号以确认: ", end="", flush=True)
    if sys.stdin.readline().strip() != order.id:
        raise Refused("not confirmed 未确认; nothing was sent")


def _conclude(order: WriteOrder, report: WriteReport, journal: WriteJournal) -> bool:
    if not report.sent:
        print("Stopped before anything was sent. 未执行。")
        return False
    if not report.put_back:
        complain(
            f"NOT PUT BACK 未能恢复: {order.id} may still be {order.value!r}. GO TO THE DEVICE and put it back by "
            f"hand 请立即到现场恢复 ({journal.path})"
        )
        return False
    print("The old value stands again 已恢复原值.")
    if report.trouble:
        print(f"Trouble 异常: {report.trouble}")
    elif order.spec.feedback == NO_FEEDBACK:
        print(f"Acknowledged, nothing proves it (feedback: none). Journal: {journal.path}")
    elif report.followed_s is None:
        seen = report.feedback[-1][1] if report.feedback else "nothing"
        print(f"NOT PROVEN 未证实: {order.spec.feedback} showed {seen}, not {order.value}. Journal: {journal.path}")
    else:
        print(f"PROVEN 已证实: {order.spec.feedback} followed within {report.followed_s:g} s. Journal: {journal.path}")
    if report.interrupted:
        print("It was stopped before its time 提前中止.")
    return report.proven(order)
