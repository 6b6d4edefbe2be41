"""The fault matrix."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.contract.faults import faults as bad
from tests.contract.faults.city import CONTACT, FaultyCity
from tests.contract.faults.device import READ_HOLDING, WRITES, Trouble
from tests.contract.faults.faults import acting, excepted, idle
from tests.contract.faults.framing import Framing
from tests.contract.faults.row import (
    AGEING,
    FRESH,
    LOST,
    NOTHING_SAID,
    RECONNECTED,
    REFUSED,
    Row,
    Says,
    Shown,
    Told,
    every_read,
    the_write,
)

IN_DOUBT = Told(("SENT", "INDETERMINATE", "CONFIRMED"), "read back first")
"""The device acted: the read-back proves it, nothing is sent again."""
IN_DOUBT_IDLE = Told(("SENT", "INDETERMINATE", "MISMATCH"), "never answered", alarm="mismatch", commands=2)
"""The device did not act: the read-back shows it, and a new command follows, later."""
ANSWERED = Told(("SENT", "ACKED", "VERIFYING", "CONFIRMED"))
"""The acknowledgement stands."""
RETRIED = Told(("SENT", "QUEUED", "SENT", "ACKED", "VERIFYING", "CONFIRMED"), "it is busy", reached=2)
"""A definite no that asks for patience: the same command is sent again, within its own deadline."""
GIVEN_UP = Told(("SENT", "QUEUED") * 4 + ("SENT", "FAILED"), "given up", "DEVICE_REFUSED", 5, commands=2)
"""The same, until its deadline."""
SAID_NO = Told(("SENT", "FAILED"), cause="DEVICE_REFUSED", commands=2)
"""A definite no: nothing was changed; a new command follows, later."""

DONE_NOTHING = ("SENT", "ACKED", "VERIFYING", "MISMATCH")

UNPROVEN = "could not be read back"

NO_REPLY, CUT = Says("no reply within 2 s"), Says("was lost")
UNASKED = "modbus_bytes_nobody_asked_for"
NO_PATH = replace(REFUSED, alarm="no_path")
TCP, RTU = (Framing.TCP,), (Framing.RTU,)


def both(
    key: str,
    en: str,
    zh: str,
    reply: bad.Reply,
    says: Says,
    shown: Shown = LOST,
    told: Told = IN_DOUBT,
    framings: tuple[Framing, ...] = bad.BOTH,
) -> Row:
    """A reply that goes wrong: reads are lost while it lasts; a write that met it acted and is read back."""
    return Row(key, en, zh, every_read(acting(reply)), shown, the_write(acting(reply)), told, says, framings)


def excused(key: str, en: str, zh: str, code: int, shown: Shown, told: Told, says: str) -> Row:
    """An exception code instead of an answer; a write had no effect."""
    fault = idle(excepted(code))
    return Row(key, en, zh, every_read(fault), shown, the_write(fault), told, Says(says))


async def strand(city: FaultyCity) -> None:
    """The connection leads nowhere any more, and nobody says so; a new one works."""
    for line in city.cabinet.lines:
        line.dead = True


async def be_gone(city: FaultyCity) -> None:
    await city.cabinet.vanish()


async def say_something(city: FaultyCity) -> None:
    """Bytes nobody asked for, between two polls."""
    await asyncio.sleep(1.0)
    for line in list(city.cabinet.lines):
        line.send(bytes.fromhex("00010000000701030401f40001"))


async def write_and_go(city: FaultyCity) -> None:
    """From the write on, which it obeys, the device says nothing any more."""
    city.cabinet.trouble = Trouble(acting(bad.silent), WRITES, left=1)
    city.then(city.silent_once_written())


async def be_dead(city: FaultyCity) -> None:
    """Every contactor is stuck: what is written is taken and nothing moves."""
    city.cabinet.dead_contactors = True


async def write_and_reload(city: FaultyCity) -> None:
    """The device is silent about the write, and the site is loaded anew before anybody gave up."""
    city.cabinet.trouble = Trouble(acting(bad.silent), WRITES, left=1)
    city.then(city.reload_once_sent())


async def reboot_once_on(city: FaultyCity) -> None:
    """The lamp is on; then the cabinet loses its supply for a moment and comes back with every output off."""
    await city.order_on()
    await city.until(lambda: city.shown(CONTACT).value is True, 10.0, "the lamp is on")
    city.then(city.cabinet.reboot())


ROWS = (
    both("late", "reply after the time-out", "超时后才到的应答", bad.late, NO_REPLY),
    Row(
        "late-elsewhere",
        "late reply that comes over the next connection (DTU)",
        "迟到应答出现在新连接上（DTU 透传）",
        every_read(acting(bad.late_elsewhere), frozenset({READ_HOLDING})),
        LOST,
        the_write(acting(bad.late_elsewhere)),
        IN_DOUBT,
        Says("a reply to transaction", write="no reply within 2 s", rtu_read="no reply within 2 s"),
    ),
    both(
        "wrong-transaction",
        "wrong transaction id",
        "事务号不符",
        bad.other_transaction,
        Says("a reply to transaction"),
        framings=TCP,
    ),
    both(
        "zero-transaction",
        "transaction id 0",
        "事务号为 0",
        bad.transaction_zero,
        Says("a reply to transaction 0 came"),
        framings=TCP,
    ),
    both("wrong-unit", "another unit answers", "从站地址不符", bad.other_unit, Says("unit 2 answered")),
    both("wrong-function", "wrong function code", "功能码不符", bad.other_function, Says("answered function")),
    both(
        "short",
        "fewer data than asked for",
        "应答数据偏少",
        bad.too_short,
        Says("does not fit", rtu_read="4 bytes of data came, 6 were asked", rtu_write="no reply within 2 s"),
    ),
    both(
        "over-long",
        "more data than asked for",
        "应答数据偏多",
        bad.too_long,
        Says("does not fit", rtu_read="8 bytes of data came, 6 were asked", rtu_write="the checksum does not fit"),
    ),
    Row(
        "lying-count",
        "byte count that is not true",
        "字节数与内容不符",
        every_read(acting(bad.lying_count)),
        LOST,
        says=Says("does not fit", rtu_read="8 bytes of data came, 6 were asked"),
    ),
    Row(
        "wrong-echo-address",
        "a write's echo names another address",
        "写应答地址不符",
        write=the_write(acting(bad.echo_of_another_address)),
        told=IN_DOUBT,
        says=Says("does not fit"),
    ),
    Row(
        "wrong-echo-value",
        "a write's echo carries another value",
        "写应答数值不符",
        write=the_write(idle(bad.echo_of_another_value)),
        told=IN_DOUBT_IDLE,
        says=Says("does not fit"),
    ),
    both("wrong-crc", "wrong checksum", "CRC 校验错误", bad.wrong_crc, Says("the checksum does not fit"), framings=RTU),
    both("closed-mid-frame", "closed in the middle of a reply", "应答中途断开", bad.closed_in_the_middle, CUT),
    both("lost-after-send", "connection lost between request and reply", "发送后应答前断线", bad.closed, CUT),
    Row(
        "lost-before-acting",
        "connection lost before the device acted",
        "设备未执行即断线",
        write=the_write(idle(bad.closed)),
        told=IN_DOUBT_IDLE,
        says=CUT,
    ),
    both(
        "garbage-before",
        "garbage before the reply",
        "应答前有杂字节",
        bad.garbage_before,
        Says("a reply to transaction", rtu_read="unit 165 answered"),
    ),
    both(
        "garbage-after",
        "garbage after every reply",
        "每次应答后都有杂字节",
        bad.garbage_after,
        NOTHING_SAID,
        replace(LOST, log=(UNASKED, "device_offline")),
        ANSWERED,
    ),
    both(
        "single-bytes",
        "one byte at a time, in time",
        "逐字节到达（未超时）",
        bad.in_single_bytes,
        NOTHING_SAID,
        FRESH,
        ANSWERED,
    ),
    both("dripping", "one byte at a time, too slowly", "逐字节到达（超时）", bad.dripping, NO_REPLY),
    both("silence", "silence", "无应答", bad.silent, NO_REPLY),
    Row(
        "silence-after-write",
        "acts on a write, then silence that outlasts its proof",
        "执行后长时间失联",
        write=write_and_go,
        told=Told(("SENT", "INDETERMINATE", "INDETERMINATE"), UNPROVEN, alarm="offline", last="INDETERMINATE"),
        says=NO_REPLY,
    ),
    Row(
        "half-open",
        "the peer vanished without a word (half-open)",
        "半开连接（对端消失）",
        strand,
        RECONNECTED,
        strand,
        replace(IN_DOUBT_IDLE, reached=0),
        Says("", write="no reply within 2 s"),
    ),
    Row(
        "refused",
        "connection refused",
        "连接被拒绝",
        be_gone,
        replace(LOST, log=("endpoint_unreachable", "device_offline"), reconnects=False),
        says=Says("cannot be reached"),
    ),
    excused("busy", "busy (exception 6)", "设备忙（异常 6）", 6, AGEING, RETRIED, ""),
    Row(
        "busy-throughout",
        "busy (exception 6) at every try",
        "设备一直忙（异常 6）",
        write=the_write(idle(excepted(6)), None),
        told=GIVEN_UP,
        says=Says("it is busy"),
    ),
    excused("acknowledge", "acknowledge (exception 5)", "已受理（异常 5）", 5, AGEING, IN_DOUBT_IDLE, ""),
    excused("no-path", "gateway has no path (10)", "网关无路径（异常 10）", 10, NO_PATH, SAID_NO, "has no path"),
    excused(
        "target-silent",
        "gateway got no answer (11)",
        "网关下设备无应答（异常 11）",
        11,
        REFUSED,
        IN_DOUBT_IDLE,
        "the gateway got no answer",
    ),
    excused("device-failure", "device failure (4)", "设备故障（异常 4）", 4, REFUSED, IN_DOUBT_IDLE, "it failed while"),
    excused("illegal-address", "unknown address (2)", "地址非法（异常 2）", 2, REFUSED, SAID_NO, "it does not have"),
    excused(
        "unknown-code", "exception code of its own", "自定义异常码", 99, REFUSED, IN_DOUBT_IDLE, "a code of its own"
    ),
    Row(
        "reboot",
        "reboot that loses its outputs",
        "重启丢失输出",
        write=reboot_once_on,
        told=replace(ANSWERED, commands=2),
    ),
    Row(
        "does-nothing",
        "acknowledges and does nothing",
        "应答正常但不动作",
        write=be_dead,
        told=Told(DONE_NOTHING, "was told True and acknowledged it", alarm="mismatch", commands=2),
        says=Says("K1.feedback reads False"),
    ),
    both(
        "two-replies-at-once",
        "two replies to every request, together",
        "一问两答（同时）",
        bad.twice_at_once,
        NOTHING_SAID,
        replace(LOST, log=(UNASKED, "device_offline")),
        ANSWERED,
    ),
    both(
        "two-replies",
        "two replies to every request, the second later",
        "一问两答（先后）",
        bad.twice,
        NOTHING_SAID,
        replace(RECONNECTED, log=(UNASKED,)),
        ANSWERED,
    ),
    Row(
        "unsolicited",
        "bytes nobody asked for",
        "主动上送的杂字节",
        say_something,
        replace(RECONNECTED, log=(UNASKED,)),
    ),
    Row(
        "cancelled",
        "the caller is gone before the reply (reload)",
        "应答前任务被取消（重新加载）",
        write=write_and_reload,
        told=replace(IN_DOUBT, says="K1.feedback reads True"),
        says=Says("was closed before the answer"),
    ),
)
