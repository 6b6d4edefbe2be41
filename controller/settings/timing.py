"""The site's own times: cycles, polls, ageing, patience. Seconds throughout."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.image import Ageing
from drivers.profile import Poll


@dataclass(frozen=True, slots=True)
class Timing:
    """Every field can be set under ``timing:`` in ``site.yaml``; these are the defaults.

    ``lighting_cycle_s``, ``water_cycle_s``: the longest time between two rounds of decisions.
    ``poll_fast_s``, ``poll_normal_s``, ``poll_slow_s``: how often points of each poll class are read.
    ``stale_factor``, ``stale_min_s``: UNCERTAIN when older than max(factor × poll, minimum).
    ``dead_factor``, ``dead_min_s``: BAD when older than max(factor × poll, minimum).
    ``heartbeat_s``: how often each device's heartbeat is written.
    ``spread_s``: cabinets switch 0 to this many seconds after the program's time, each always the same.
    ``contactor_stagger_s``: between two contactors of one cabinet.
    ``verify_s``: within which a circuit's auxiliary contact must follow (FACTS: stuck after 3 s).
    ``opcua_publish_s``: publishing interval of OPC UA subscriptions of fast points. An order to a pump waits for
    three reports (the mode taken, the gate open, the motor running): each comes half of this late on average.
    ``opcua_keepalive_s``: how often a server with nothing to report says so; two missed end the connection.
    ``command_deadline_s``: a command not sent by then is EXPIRED.
    ``request_timeout_s``: how long one request waits for its reply.
    ``link_first_s``, ``link_max_s``, ``link_jitter``: back-off of a lost link, doubling, ± that share.
    """

    lighting_cycle_s: float = 1.0
    water_cycle_s: float = 1.0
    poll_fast_s: float = 1.0
    poll_normal_s: float = 5.0
    poll_slow_s: float = 60.0
    stale_factor: float = 3.0
    stale_min_s: float = 10.0
    dead_factor: float = 10.0
    dead_min_s: float = 60.0
    heartbeat_s: float = 30.0
    spread_s: float = 15.0
    contactor_stagger_s: float = 0.5
    verify_s: float = 3.0
    opcua_publish_s: float = 0.25
    opcua_keepalive_s: float = 10.0
    command_deadline_s: float = 10.0
    request_timeout_s: float = 2.0
    link_first_s: float = 1.0
    link_max_s: float = 30.0
    link_jitter: float = 0.2

    def poll_s(self, poll: Poll) -> float:
        """Seconds between two reads of a poll class."""
        return {Poll.FAST: self.poll_fast_s, Poll.NORMAL: self.poll_normal_s, Poll.SLOW: self.poll_slow_s}[poll]

    def ageing(self, poll: Poll, own_s: float | None = None) -> Ageing:
        """When readings of a poll class lose trust; ``own_s``: how often this device is read where that differs."""
        every_s = own_s or self.poll_s(poll)
        stale_s = max(self.stale_factor * every_s, self.stale_min_s)
        return Ageing(stale_s, max(self.dead_factor * every_s, self.dead_min_s, stale_s))
