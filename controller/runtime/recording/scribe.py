"""Writes frames to segments, in a thread of its own: what differs from the frame before, in blocks of a few seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from controller.domain.points import TargetId
from controller.logic.contract import Moment
from controller.runtime.recording.blocks import Blocks, changed_blocks, whole_blocks
from controller.runtime.recording.codec import encode
from controller.runtime.recording.frames import Snapshot, TurnFrame, Why, line, outcome
from controller.settings.overlay import KEPT
from controller.settings.recording import RecordingSettings
from controller.store.recording import SegmentWriter, keep_site, mend, tidy

log = structlog.get_logger("recording")

BLOCK_BYTES = 256 * 1024
"""A block is written when its lines are this long together …"""
BLOCK_S = 2.0
"""… or this many clock seconds lie in it. A killed process loses this and what still waited for the thread."""
SEGMENT_S = 3600.0
"""A segment ends with the first snapshot after so many clock seconds."""


class Scribe:
    """Used by one thread at a time only. After an error it begins anew with the next snapshot."""

    def __init__(self, folder: Path, settings: RecordingSettings) -> None:
        self.settings = settings
        self.config: Path | None = None
        """The folder the site was read from: copied beside the recording, so that a replay finds what ran."""
        self.lighting: Mapping[str, str] | None = None
        """The lighting files in force, where two people published others than the folder's own."""
        self._folder = folder
        self._segment: SegmentWriter | None = None
        self._begun_s = 0.0
        self._lines: list[bytes] = []
        self._size = 0
        self._since_s = 0.0
        self._blocks: Blocks = {}
        self._held: dict[TargetId, str] = {}
        self._mended = False

    def write(self, frame: Snapshot | TurnFrame) -> None:
        """Write one frame.

        Raises:
            OSError: the disk does not take it.
            StoreError: something of a class nobody said is recorded.
        """
        if isinstance(frame, Snapshot):
            self._snapshot(frame)
        elif self._segment is not None:
            self._turn(frame)

    def flush(self) -> None:
        """Write what waits for its block to be full.

        Raises:
            OSError: the disk does not take it.
        """
        lines, self._lines, self._size = self._lines, [], 0
        if lines and self._segment is not None:
            self._segment.write(lines)

    def close(self) -> None:
        """Write what waits and end the segment.

        Raises:
            OSError: the disk does not take it.
        """
        try:
            self.flush()
        finally:
            self.give_up()

    def give_up(self) -> None:
        """End the segment as it is; harmless when there is none."""
        segment, self._segment = self._segment, None
        self._lines, self._size = [], 0
        if segment is not None:
            segment.close()

    def _snapshot(self, frame: Snapshot) -> None:
        moment = frame.moment
        if self._segment is None or frame.why is not Why.PERIODIC or moment.s - self._begun_s >= SEGMENT_S:
            self._next_segment(frame)
        self._held = {target: said for target, said in frame.held.items() if said}
        head = [frame.why.value, frame.config_hash, frame.speed, frame.lost, self._held]
        blocks = whole_blocks(frame.image.blocks).items()
        text = ",".join(f"{json.dumps(device)}:{json.dumps(one)}" for device, one in blocks)
        self._add(line("S", moment, head, encode(frame.memories), encode(frame.last), f"{{{text}}}"), moment)
        self._blocks = frame.image.blocks
        self.flush()

    def _next_segment(self, frame: Snapshot) -> None:
        self.close()
        if not self._mended:
            self._mended = True
            torn = mend(self._folder)
            if torn:
                log.warning("recording_mended", cut_bytes=torn)
        self._segment = SegmentWriter(self._folder, frame.moment.wall, frame.config_hash)
        self._begun_s = frame.moment.s
        self._keep_site(frame.config_hash)
        settings = self.settings
        dropped = tidy(self._folder, frame.moment.wall, settings.days, round(settings.megabytes * 1e6))
        if dropped:
            log.info("recordings_dropped", segments=len(dropped), oldest=dropped[0].name)

    def _keep_site(self, config_hash: str) -> None:
        """Without it a replay asks for ``--config``; that is no reason not to record."""
        if self.config is None:
            return
        try:
            keep_site(self._folder, self.config, config_hash, self.lighting, KEPT)
        except OSError as error:
            log.warning("recording_without_configuration", reason=str(error))

    def _turn(self, frame: TurnFrame) -> None:
        blocks = changed_blocks(frame.image.blocks, self._blocks, sorted(frame.touched))
        self._blocks = frame.image.blocks
        came = outcome(frame.decided, frame.acts, frame.verdicts, failed=frame.failed)
        held = {target: said for target, said in came.held.items() if self._held.get(target, "") != said}
        self._held |= held
        inside = [[call.part, call.name, call.arguments, dict(call.named)] for call in frame.calls]
        core = encode([inside, dict(frame.last)]) if frame.calls or frame.last else "0"
        given: list[Any] = [sorted(frame.changed), sorted(frame.settled), blocks]
        result = [came.decided, held, came.acts, came.failed]
        self._add(line("T", frame.moment, [frame.discipline], given, core, result), frame.moment)

    def _add(self, text: bytes, moment: Moment) -> None:
        if not self._lines:
            self._since_s = moment.s
        self._lines.append(text)
        self._size += len(text)
        if self._size >= BLOCK_BYTES or moment.s - self._since_s >= BLOCK_S:
            self.flush()
