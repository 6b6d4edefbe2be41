"""Times and zone of ``site.yaml``, and names used twice in divisions and endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.site_models import EndpointModel, SiteModel
from controller.settings.timing import Timing
from drivers.profile import Profile


def timezone_of(entry: Entry[SiteModel], findings: Findings) -> ZoneInfo:
    """The site's time zone; China's when the named one doesn't exist."""
    name = entry.value.timezone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        findings.add(entry.spot.at("timezone"), "unknown time zone", "an IANA name: Asia/Shanghai")
        return ZoneInfo("Asia/Shanghai")


def check_timing(timing: Timing, spot: Spot, findings: Findings) -> None:
    """Times that contradict each other."""
    for key, message, hint in _contradictions(timing):
        findings.add(spot.at("timing", key), message, hint)


def _contradictions(t: Timing) -> Iterator[tuple[str, str, str]]:
    if not t.poll_fast_s <= t.poll_normal_s <= t.poll_slow_s:
        polls = f"{t.poll_fast_s:g}, {t.poll_normal_s:g}, {t.poll_slow_s:g}"
        yield "poll_normal_s", f"polls get no slower from fast to slow: {polls}", "fast ≤ normal ≤ slow"
    if t.dead_factor < t.stale_factor:
        yield "dead_factor", "a reading would be dead before it is stale", f"at least stale_factor {t.stale_factor:g}"
    if t.dead_min_s < t.stale_min_s:
        yield "dead_min_s", "a reading would be dead before it is stale", f"at least stale_min_s {t.stale_min_s:g}"
    if t.stale_min_s < t.opcua_publish_s + t.request_timeout_s:
        hint = f"at least opcua_publish_s + request_timeout_s = {t.opcua_publish_s + t.request_timeout_s:g}"
        yield "stale_min_s", "readings would be stale between two arrivals", hint
    if t.command_deadline_s <= t.request_timeout_s:
        hint = f"more than request_timeout_s {t.request_timeout_s:g}"
        yield "command_deadline_s", "a command would expire while its own write waits", hint
    if t.link_max_s < t.link_first_s:
        yield "link_max_s", "the longest back-off is shorter than the first", f"at least {t.link_first_s:g}"


def check_heartbeats(timing: Timing, profiles: Mapping[str, Profile], spot: Spot, findings: Findings) -> None:
    """Each device must hear two heartbeats before it would fall back, so that one lost is no fall-back."""
    for profile in profiles.values():
        if profile.heartbeat_s is not None and 2 * timing.heartbeat_s > profile.heartbeat_s:
            message = f"profile {profile.id} falls back after {profile.heartbeat_s:g} s of silence"
            hint = f"heartbeat_s at most {profile.heartbeat_s / 2:g}, so that one may be lost"
            findings.add(spot.at("timing", "heartbeat_s"), message, hint)


def check_endpoints(endpoints: Sequence[Entry[EndpointModel]], findings: Findings) -> None:
    """Names and addresses are used once: two connections to one gateway would get in each other's way."""
    names: dict[str, Spot] = {}
    urls: dict[str, Spot] = {}
    for entry in endpoints:
        for key, seen, value in (("name", names, entry.value.name), ("url", urls, entry.value.url)):
            here = entry.spot.at(key)
            first = seen.setdefault(value, here)
            if first is not here:
                findings.add(here, f"duplicate endpoint {key}", f"{first} has it already; keep one of them")
