"""What looks wrong with a profile, from what its device answered: what, how sure, and what would put it right. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.commissioning.cell_text import shown
from controller.commissioning.plausible import believable, expected, number, within
from controller.commissioning.sampling import COUNTERS, SHIFTS, Sample
from controller.domain.points import Reading
from controller.domain.quality import Detail
from drivers.profile import PointSpec, PointType, Table, WordOrder

MANY = 3
"""So many points that agree, with none against, leave little doubt."""
FACTORS = (10.0, 100.0, 1000.0, 0.1, 0.01, 0.001)
_OTHER = {WordOrder.BIG: WordOrder.LITTLE, WordOrder.LITTLE: WordOrder.BIG}
_FLOATS = (PointType.F32, PointType.F64)
_NO_VALUE = {PointType.U16: (0xFFFF,), PointType.I16: (-0x8000, 0x7FFF)}


_REFUSALS: Mapping[int | None, tuple[str, str, str]] = {
    None: ("no answer", "无应答", "is the device busy or slow? try --timeout 5"),
    1: (
        "the device does not know this function",
        "不支持该功能码",
        "another table: holding or input, coil or discrete?",
    ),
    2: (
        "the device has no such address",
        "设备无此地址",
        "take them out, or list them as absent: where the asset stands",
    ),
}


class Sureness(StrEnum):
    """How sure a suspicion is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing to look at. ``advice`` is the correction to the profile, or where to look."""

    kind: str
    points: tuple[str, ...]
    what: str
    what_zh: str
    advice: str
    sure: Sureness


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything the device answered: two looks, the readings of the last, and what lies one register aside."""

    specs: Mapping[str, PointSpec]
    readings: Mapping[str, Reading]
    looks: Sequence[Sample]
    aside: Mapping[str, set[int]]

    @property
    def last(self) -> Sample:
        """The last look."""
        return self.looks[-1]


def suspicions(seen: Seen) -> tuple[Suspicion, ...]:
    """Everything that looks wrong, what concerns the whole map first."""
    found = [*_shifted(seen), *_orders(seen), *_counters(seen), *_holes(seen)]
    named = {point for one in found for point in one.points}
    found += _refused(seen, named)
    for name, spec in seen.specs.items():
        if name not in named and name in seen.readings:
            found += _single(spec, seen.readings[name], seen.last)
    return tuple(found)


# -- addresses ------------------------------------------------------------------------------------------------------


def _shifted(seen: Seen) -> Iterator[Suspicion]:
    """Exception 2 at one end of a table while the register before the other end answers; or floats that only make
    sense one register aside."""
    for table in Table:
        specs = sorted((s for s in seen.specs.values() if s.table is table), key=lambda s: s.address)
        refused = [s for s in specs if seen.last.refused.get(s.name, (None, ""))[0] == 2]
        for shift in SHIFTS:
            by_edge = _edge_shift(seen, specs, refused, shift)
            named = by_edge or _float_shift(seen, specs, shift)
            if named:
                sure = bool(by_edge) and (len(refused) >= MANY or len(refused) < len(specs))
                yield _off_by_one(table, named, shift, sure=sure)
                break


def _edge_shift(seen: Seen, specs: Sequence[PointSpec], refused: Sequence[PointSpec], shift: int) -> tuple[str, ...]:
    """The points of the table when it answers shifted and not as the profile has it; nothing otherwise."""
    asked = [s for s in refused if s.name in seen.aside]
    if not asked or len(specs) < 2 or not all(shift in seen.aside[s.name] for s in asked):
        return ()
    if all(-shift in seen.aside[s.name] for s in asked):
        return ()
    far_end = specs[0] if shift < 0 else specs[-1]
    answers = seen.last.of(far_end, shift) is not None
    return tuple(s.name for s in specs) if answers else ()


def _float_shift(seen: Seen, specs: Sequence[PointSpec], shift: int) -> tuple[str, ...]:
    """Floats that are unbelievable as they are and all believable one register aside, in the profile's own order.

    That looks much like swapped words (the high word of one beside the low word of the next), so both are said.
    """
    floats = [s for s in specs if s.type in _FLOATS and _told(s, seen.last) is not None]
    wrong = [s for s in floats if not _told(s, seen.last)]
    right = [s for s in floats if _told(s, seen.last, shift)]
    return tuple(s.name for s in specs) if len(wrong) >= 2 and len(right) == len(floats) else ()


def _off_by_one(table: Table, points: tuple[str, ...], shift: int, *, sure: bool) -> Suspicion:
    what = "one too high: the map counts from 1" if shift < 0 else "one too low: the device counts from 1"
    zh = "地址疑似偏大1（点表从1开始编号）" if shift < 0 else "地址疑似偏小1"
    base = "import again with --base 1, or " if shift < 0 else "import again with --base 0, or "
    advice = f"{base}{'subtract 1 from' if shift < 0 else 'add 1 to'} every {table} address"
    return Suspicion(
        "address", points, f"the {table} addresses look {what}", f"{table} {zh}", advice,
        Sureness.LIKELY if sure else Sureness.POSSIBLE,
    )  # fmt: skip


def _holes(seen: Seen) -> Iterator[Suspicion]:
    if seen.last.holes:
        what = f"{len(seen.last.holes)} reads over unused registers were refused; each point by itself answers"
        yield Suspicion("gap", (), what, "跨越空洞的读取被拒绝", "say max_gap: 0 in the profile", Sureness.CERTAIN)


def _refused(seen: Seen, named: set[str]) -> Iterator[Suspicion]:
    """Points the device does not have, one suspicion for each exception code."""
    by_code: dict[int | None, list[str]] = {}
    for name, (code, _) in seen.last.refused.items():
        if name not in named:
            by_code.setdefault(code, []).append(name)
    for code, names in by_code.items():
        what, zh, advice = _REFUSALS.get(code, ("refused by the device", "设备拒绝", "look into the device's manual"))
        yield Suspicion("refused", tuple(names), what, zh, advice, Sureness.CERTAIN)


# -- order of words -------------------------------------------------------------------------------------------------


def _told(spec: PointSpec, sample: Sample, shift: int = 0, *, swapped: bool = False) -> bool | None:
    """Whether the float is believable so; None when its words say nothing (all zero, or not read)."""
    words = sample.of(spec, shift)
    if words is None or not any(words):
        return None
    return believable(spec, number(spec, words, _OTHER[spec.word_order] if swapped else spec.word_order))


def _orders(seen: Seen) -> Iterator[Suspicion]:
    """Floats believable only with their words the other way round, or with the bytes of each word swapped."""
    floats = [s for s in seen.specs.values() if s.type in _FLOATS and _told(s, seen.last) is not None]
    swapped = [s for s in floats if not _told(s, seen.last) and _told(s, seen.last, swapped=True)]
    against = [s for s in floats if _told(s, seen.last) and not _told(s, seen.last, swapped=True)]
    if swapped:
        aside = any(all(_told(s, seen.last, shift) for s in floats) for shift in SHIFTS) and len(floats) > 1
        yield _swapped_words(swapped, against, seen.last, aside=aside)
    odd = [s for s in floats if not _told(s, seen.last) and s not in swapped]
    bytewise = [s for s in odd if _bytes_swapped(s, seen.last)]
    if bytewise:
        yield Suspicion(
            "byte_order", tuple(s.name for s in bytewise),
            "only believable with the bytes of each word swapped (BADC or DCBA)", "疑似字内字节交换（BADC/DCBA）",
            "no profile can say that: set the device to ABCD or CDAB", Sureness.POSSIBLE,
        )  # fmt: skip


def _swapped_words(
    swapped: Sequence[PointSpec], against: Sequence[PointSpec], sample: Sample, *, aside: bool
) -> Suspicion:
    """``aside``: the same floats also make sense one register further on, so that neither is sure."""
    order = _OTHER[swapped[0].word_order]
    example = swapped[0]
    words = sample.of(example) or []
    now, then = (shown_short(number(example, words, each)) for each in (example.word_order, order))
    whole = "for the whole profile" if not against else "at these points"
    doubtful = bool(against) or aside
    sure = Sureness.POSSIBLE if doubtful else Sureness.CERTAIN if len(swapped) >= MANY else Sureness.LIKELY
    unit = f" {example.unit}".rstrip()
    return Suspicion(
        "word_order",
        tuple(s.name for s in swapped),
        f"only believable with the words swapped: {example.name} reads {now}, would be {then}{unit}",
        f"字序疑似相反：{example.name} 现为 {now}，交换后为 {then}",
        f"say word_order: {order} {whole}" + (" (or the addresses are one off)" if aside else ""),
        sure,
    )


def _bytes_swapped(spec: PointSpec, sample: Sample) -> bool:
    words = sample.of(spec)
    return words is not None and any(believable(spec, number(spec, words, o, bytes_swapped=True)) for o in WordOrder)


def _counters(seen: Seen) -> Iterator[Suspicion]:
    """A 32-bit counter whose high word moves while its low word stands still counts the other way round."""
    for spec in seen.specs.values():
        if spec.type not in COUNTERS:
            continue
        first, last = seen.looks[0].of(spec), seen.last.of(spec)
        if first is None or last is None:
            continue
        high, low = (0, 1) if spec.word_order is WordOrder.BIG else (1, 0)
        now, then = (number(spec, last, order) for order in (spec.word_order, _OTHER[spec.word_order]))
        reading = f"reads {shown(now)} and would be {shown(then)} {spec.unit}".rstrip()
        advice = f"say word_order: {_OTHER[spec.word_order]}"
        if last[high] != first[high] and last[low] == first[low]:
            what = f"its high word moves while its low word stands still: {reading}"
            yield Suspicion(
                "word_order", (spec.name,), what, "高位字在变而低位字不变，字序疑似相反", advice, Sureness.LIKELY
            )
        elif _outside(spec, now) and not _outside(spec, then):
            what = f"outside its range as it is, inside with the words swapped: {reading}"
            yield Suspicion("word_order", (spec.name,), what, "超量程，交换字序后正常", advice, Sureness.LIKELY)
        elif last[high] and not last[low] and spec.low is None and spec.high is None:
            what = f"its low word is 0 and its high word is not: {reading}"
            yield Suspicion("word_order", (spec.name,), what, "低位字为0而高位字非0", advice, Sureness.POSSIBLE)


def _outside(spec: PointSpec, value: float) -> bool:
    return (spec.low is not None and value < spec.low) or (spec.high is not None and value > spec.high)


# -- single points --------------------------------------------------------------------------------------------------


def _single(spec: PointSpec, reading: Reading, sample: Sample) -> list[Suspicion]:
    words = sample.of(spec) or []
    found = (
        _bad_enum(spec, reading),
        _bad_switch(spec, reading, words),
        _no_value(spec, words),
        _scale(spec, reading),
        _negative(spec, words),
    )
    return [one for one in found if one is not None][:1]


def _bad_enum(spec: PointSpec, reading: Reading) -> Suspicion | None:
    if spec.type is not PointType.ENUM or reading.detail is not Detail.OUT_OF_RANGE:
        return None
    what = f"the number {reading.value} has no name"
    return Suspicion(
        "labels",
        (spec.name,),
        what,
        f"枚举值 {reading.value} 未定义",
        "add it to labels, or it is no enum",
        Sureness.CERTAIN,
    )


def _bad_switch(spec: PointSpec, reading: Reading, words: Sequence[int]) -> Suspicion | None:
    if spec.type is not PointType.BOOL or reading.detail is not Detail.OUT_OF_RANGE or not words:
        return None
    what = f"the register holds 0x{words[0]:04X}; a switch in a register is 0 or 1"
    return Suspicion(
        "type",
        (spec.name,),
        what,
        "开关量寄存器只能为0或1",
        "say type: bit with its bit, or type: enum",
        Sureness.LIKELY,
    )


def _no_value(spec: PointSpec, words: Sequence[int]) -> Suspicion | None:
    if len(words) != 1:
        return None
    raw = words[0] - 0x10000 if spec.type is PointType.I16 and words[0] > 0x7FFF else words[0]
    if raw not in _NO_VALUE.get(spec.type, ()):
        return None
    what = f"0x{words[0]:04X} is what many devices show for 'no value'"
    return Suspicion(
        "no_value", (spec.name,), what, "疑似“无效值”", "is its sensor connected? give low and high", Sureness.POSSIBLE
    )


def _scale(spec: PointSpec, reading: Reading) -> Suspicion | None:
    """Off by a power of ten: what is expected of it, else its own range."""
    value = reading.value
    if isinstance(value, (bool, str)) or value is None or value == 0 or spec.type in (PointType.BOOL, PointType.ENUM):
        return None
    spans, called = expected(spec)
    if spans:
        return _rescaled(spec, value, lambda v: within(spans, v), f"no {called}", Sureness.LIKELY)
    if reading.detail is Detail.OUT_OF_RANGE:
        return _rescaled(spec, value, lambda v: not _outside(spec, v), "outside its range", Sureness.POSSIBLE)
    return None


def _rescaled(
    spec: PointSpec, value: float, fits: Callable[[float], bool], why: str, sure: Sureness
) -> Suspicion | None:
    if fits(value):
        return None
    for factor in FACTORS:
        if fits(value / factor):
            fixed = shown(spec.scale / factor)
            what = f"{shown(value)} {spec.unit}".rstrip() + f" is {why}; {shown(value / factor)} would fit"
            zh = f"{shown(value)} {spec.unit} 数值可疑，倍率疑似差 {shown(factor)} 倍"
            return Suspicion("scale", (spec.name,), what, zh, f"say scale: {fixed}", sure)
    return None


def _negative(spec: PointSpec, words: Sequence[int]) -> Suspicion | None:
    if spec.type is not PointType.U16 or not words or words[0] < 0xFF00:
        return None
    signed = (words[0] - 0x10000) * spec.scale + spec.offset
    what = f"0x{words[0]:04X} would be {shown(signed)} {spec.unit}".rstrip() + " if it is signed"
    return Suspicion("type", (spec.name,), what, "疑似有符号数", "say type: i16", Sureness.POSSIBLE)


def shown_short(value: float) -> str:
    """A float short enough for a sentence."""
    return f"{value:.5g}"
