"""One look at every register of a profile, and at those just beside them where something was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from controller.commissioning.bench_line import BenchLine, Subject, raw_points, words_of
from controller.domain.errors import ControllerError
from drivers.base import Binding
from drivers.modbus.plan import LAST_ADDRESS, Block, plan
from drivers.profile import PointSpec, PointType, Table

SHIFTS = (-1, 1)
MOST_SHIFTED = 12
"""So many refused points are looked for one register before and after; the others tell no more."""

COUNTERS = (PointType.U32, PointType.I32)

Register = tuple[Table, int]


@dataclass(slots=True)
class Sample:
    """What one look brought: words by register; refusals by point; blocks only refused as a whole."""

    words: dict[Register, int] = field(default_factory=dict)
    refused: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    """Exception code (None: silence or something else) and the whole sentence, by point."""
    holes: list[str] = field(default_factory=list)
    """Reads over a gap that were refused although each point by itself answers."""

    def of(self, spec: PointSpec, shift: int = 0) -> list[int] | None:
        """The point's words, as if its address were ``shift`` more; None when not all were read."""
        if spec.table is None:
            return None
        first = spec.address + shift
        found = [self.words.get((spec.table, at)) for at in range(first, first + spec.registers)]
        return [word for word in found if word is not None] if None not in found else None


class ModbusSampler:
    """Everything that may be asked of one device, made before the wire is opened."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.blocks: tuple[Block, ...] = plan(subject.binding("plan", subject.profile.points))
        self._specs = subject.profile.points

    def bindings(self) -> Iterator[Binding]:
        """Devices that exist only here: a block each, a point each, and every point one register aside."""
        for at, block in enumerate(self.blocks):
            yield self._subject.binding(f"block {at}", raw_points(block.table, block.address, block.count))
        for name, spec in self._specs.items():
            if spec.table is None:
                continue
            for shift in (0, *SHIFTS):
                first = spec.address + shift
                if first >= 0 and first + spec.registers - 1 <= LAST_ADDRESS:
                    points = raw_points(spec.table, first, spec.registers)
                    yield self._subject.binding(_device(name, shift), points)

    async def look(self, line: BenchLine) -> Sample:
        """Read every block; a refused one point by point.

        Raises:
            LinkError: the device does not answer at all.
        """
        sample = Sample()
        for at, block in enumerate(self.blocks):
            answer = await line.ask(f"block {at}")
            if answer.error is None:
                _take(sample, block.table, words_of(answer.readings))
            elif len(block.points) == 1:
                sample.refused[block.points[0].name] = (answer.code, str(answer.error))
            else:
                await self._one_by_one(line, block, sample, answer.error)
        return sample

    async def look_again(self, line: BenchLine, first: Sample) -> Sample:
        """The same with the 32-bit counters read anew, by which their words are told apart.

        Raises:
            LinkError: the device does not answer any more.
        """
        sample = Sample(dict(first.words), dict(first.refused), list(first.holes))
        for spec in self._specs.values():
            if spec.type not in COUNTERS or spec.table is None or first.of(spec) is None:
                continue
            answer = await line.ask(_device(spec.name, 0))
            if answer.error is None:
                _take(sample, spec.table, words_of(answer.readings))
        return sample

    async def look_aside(
        self, line: BenchLine, sample: Sample, also: Mapping[str, PointSpec]
    ) -> Mapping[str, set[int]]:
        """Where refused points answer one register before or after; the words found go into the sample too.

        ``also`` are points to be looked at one register aside although they answer: the ends of a table.
        """
        found: dict[str, set[int]] = {}
        suspects = [name for name, (code, _) in sample.refused.items() if code == 2][:MOST_SHIFTED]
        known = {binding.device for binding in self.bindings()}
        for name in dict.fromkeys([*suspects, *also]):
            spec = self._specs[name]
            for shift in SHIFTS:
                if _device(name, shift) not in known or spec.table is None or sample.of(spec, shift) is not None:
                    found.setdefault(name, set()).update({shift} if sample.of(spec, shift) is not None else ())
                    continue
                answer = await line.ask(_device(name, shift))
                if answer.error is None:
                    _take(sample, spec.table, words_of(answer.readings))
                    found.setdefault(name, set()).add(shift)
        return found

    async def _one_by_one(self, line: BenchLine, block: Block, sample: Sample, why: ControllerError) -> None:
        refused = 0
        for spec in block.points:
            answer = await line.ask(_device(spec.name, 0))
            if answer.error is None:
                _take(sample, block.table, words_of(answer.readings))
            else:
                refused += 1
                sample.refused[spec.name] = (answer.code, str(answer.error))
        if not refused:
            sample.holes.append(f"{block.table} {block.address}+{block.count}: {why}")


def _device(name: str, shift: int) -> str:
    return f"point {name}{shift:+d}"


def _take(sample: Sample, table: Table, words: Mapping[int, int]) -> None:
    sample.words.update({(table, at): word for at, word in words.items()})
