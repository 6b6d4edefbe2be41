"""From an endpoint to the channel that serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.runtime.channel import Channel
from controller.runtime.traffic.connecting import ConnectLimit
from controller.runtime.traffic.news import ToldInAlarms
from controller.settings.site import Site
from drivers.base import Endpoint
from drivers.factory import make_driver
from drivers.profile import Poll

if TYPE_CHECKING:
    from controller.assembly.parts import Assembly


def channel_to(assembly: Assembly, endpoint: Endpoint, site: Site, connects: ConnectLimit) -> Channel:
    """The channel that serves an endpoint of ``site``."""
    timing, speed = site.timing, assembly.clock.speed
    publishing_s = {
        Poll.FAST: timing.opcua_publish_s / speed,
        Poll.NORMAL: timing.poll_normal_s / speed,
        Poll.SLOW: timing.poll_slow_s / speed,
    }  # an OPC UA server publishes in real seconds, however fast demo time runs
    driver = make_driver(
        endpoint,
        assembly.clock,
        opcua_intervals_s=publishing_s,
        opcua_keepalive_s=timing.opcua_keepalive_s / speed,
        dial_ins=assembly.dial_ins,
        opcua_around=assembly.opcua.around,
    )
    return Channel(
        endpoint,
        driver,
        clock=assembly.clock,
        table=assembly.table,
        timing=timing,
        outcomes=assembly.dispatcher,
        connects=connects,
        pace=assembly.pace,
        news=ToldInAlarms(assembly.alarms, assembly.evidence),
        patient=all(binding.device in site.city.cabinets for binding in endpoint.devices),
    )
