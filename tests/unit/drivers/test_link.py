"""The link state machine: its path, its waits, its determinism."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.image import LinkState
from drivers.link import Link, LinkPolicy

ONLINE, SUSPECT, OFFLINE, PROBING, RESYNC = LinkState

ALLOWED = {
    ONLINE: {SUSPECT, OFFLINE},
    SUSPECT: {ONLINE, OFFLINE},
    OFFLINE: {PROBING, RESYNC},
    PROBING: {RESYNC, OFFLINE},
    RESYNC: {ONLINE, OFFLINE},
}


def online(policy: LinkPolicy | None = None) -> Link:
    return Link(policy or LinkPolicy()).probing(0.0).succeeded(0.0).resynced(0.0)


def test_a_new_link_is_offline_and_due_at_once() -> None:
    link = Link()
    assert link.state is OFFLINE
    assert link.due(0.0)


def test_the_whole_path_of_a_lost_and_returned_device() -> None:
    link = online()
    assert link.state is ONLINE
    link = link.failed(10.0, 0.5)
    assert (link.state, link.since_s) == (SUSPECT, 10.0)
    assert link.usable
    link = link.failed(11.0, 0.5)
    assert (link.state, link.retry_at_s) == (OFFLINE, 12.0)
    assert not link.due(11.9)
    assert link.due(12.0)
    link = link.probing(12.0).failed(14.0, 0.5)
    assert (link.state, link.retry_at_s) == (OFFLINE, 16.0)
    link = link.probing(16.0).succeeded(16.1)
    assert link.state is RESYNC
    assert not link.usable
    link = link.succeeded(16.2)
    assert link.state is RESYNC
    link = link.resynced(16.3)
    assert (link.state, link.failures, link.attempts) == (ONLINE, 0, 0)


def test_one_good_answer_clears_a_suspicion() -> None:
    link = online().failed(1.0, 0.5).succeeded(2.0)
    assert (link.state, link.failures) == (ONLINE, 0)


def test_a_failure_while_reading_back_goes_offline_with_a_longer_wait() -> None:
    link = online().failed(0.0, 0.5).failed(0.0, 0.5).probing(1.0).succeeded(1.0).failed(1.0, 0.5)
    assert (link.state, link.retry_at_s) == (OFFLINE, 3.0)


def test_waits_double_to_the_longest_and_start_again_after_recovery() -> None:
    link, waits = online(), []
    link = link.failed(0.0, 0.5).failed(0.0, 0.5)
    for _ in range(8):
        waits.append(link.retry_at_s)
        link = link.probing(0.0).failed(0.0, 0.5)
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    link = link.probing(0.0).succeeded(0.0).resynced(0.0).failed(0.0, 0.5).failed(0.0, 0.5)
    assert link.retry_at_s == 1.0


@pytest.mark.parametrize("fields", [{"first_s": 0.0}, {"max_s": 0.5}, {"jitter": 1.0}, {"suspect_after": 3}])
def test_a_policy_that_makes_no_sense_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is wanted"):
        LinkPolicy(**fields)  # type: ignore[arg-type] - one wrong field at a time


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["succeeded", "failed", "probing", "resynced"]),
        st.floats(0, 60),
        st.floats(0, 1, exclude_max=True),
    ),
    max_size=60,
)


@given(_EVENTS, st.integers(1, 3), st.integers(0, 3))
def test_no_events_lead_online_without_a_resync_nor_make_a_wait_leave_its_limits(
    events: list[tuple[str, float, float]], suspect_after: int, more: int
) -> None:
    policy = LinkPolicy(suspect_after=suspect_after, offline_after=suspect_after + more)
    link, now_s = Link(policy), 0.0
    for event, later_s, random01 in events:
        now_s += later_s
        before = link
        link = _after(before, event, now_s, random01)
        assert link == _after(before, event, now_s, random01)
        if link.state is not before.state:
            assert link.state in ALLOWED[before.state]
            assert link.since_s == now_s
            if link.state is OFFLINE:
                assert 0.8 * policy.first_s <= link.retry_at_s - now_s + 1e-6
                assert link.retry_at_s - now_s <= 1.2 * policy.max_s + 1e-6
        if link.state in (ONLINE, RESYNC, PROBING):
            assert not link.due(now_s + 1e9)


def _after(link: Link, event: str, now_s: float, random01: float) -> Link:
    if event == "failed":
        return link.failed(now_s, random01)
    step = {"succeeded": link.succeeded, "probing": link.probing, "resynced": link.resynced}[event]
    return step(now_s)
