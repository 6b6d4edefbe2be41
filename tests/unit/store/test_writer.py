from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from controller.domain.errors import StoreError
from controller.store.writer import GroupCommit, StoreWriter


async def test_all_work_runs_in_one_thread_that_is_not_the_loop(writer: StoreWriter) -> None:
    threads = {await writer.run(threading.get_ident) for _ in range(5)}
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


async def test_jobs_of_one_turn_share_a_commit_and_get_their_own_results(writer: StoreWriter) -> None:
    commits: list[list[int]] = []

    def commit(jobs: Sequence[int]) -> list[int]:
        commits.append(list(jobs))
        return [job * 10 for job in jobs]

    group: GroupCommit[int, int] = GroupCommit(writer, commit)
    assert await asyncio.gather(*(group.submit(job) for job in range(100))) == [job * 10 for job in range(100)]
    assert commits == [list(range(100))]


async def test_jobs_that_come_during_a_commit_go_in_the_next_one(writer: StoreWriter) -> None:
    commits: list[list[str]] = []
    loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def commit(jobs: Sequence[str]) -> list[None]:
        commits.append(list(jobs))
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(5)
        return [None] * len(jobs)

    group: GroupCommit[str, None] = GroupCommit(writer, commit)
    first = group.submit("first")
    await begun.wait()
    later = [group.submit("second"), group.submit("third")]
    go_on.set()
    await asyncio.gather(first, *later)
    assert commits == [["first"], ["second", "third"]]


async def test_a_failing_commit_fails_every_job_of_its_group_and_no_other(writer: StoreWriter) -> None:
    failing = True

    def commit(jobs: Sequence[int]) -> Sequence[int]:
        if failing:
            raise StoreError("the disk is full")
        return jobs

    group: GroupCommit[int, int] = GroupCommit(writer, commit)
    outcomes = await asyncio.gather(group.submit(1), group.submit(2), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreError, StoreError]
    failing = False
    assert await group.submit(3) == 3


async def test_a_caller_that_is_cancelled_does_not_take_its_job_back(writer: StoreWriter) -> None:
    done: list[int] = []

    def commit(jobs: Sequence[int]) -> list[None]:
        done.extend(jobs)
        return [None] * len(jobs)

    group: GroupCommit[int, None] = GroupCommit(writer, commit)
    group.submit(1).cancel()
    await group.submit(2)
    await group.close()
    assert done == [1, 2]


async def test_closing_waits_for_what_was_taken_and_takes_no_more(writer: StoreWriter) -> None:
    group: GroupCommit[int, int] = GroupCommit(writer, lambda jobs: jobs)
    taken = group.submit(1)
    await group.close()
    assert taken.result() == 1
    with pytest.raises(StoreError, match="closed"):
        group.submit(2)


async def test_a_closed_writer_refuses_work_in_one_sentence() -> None:
    writer = StoreWriter()
    writer.close()
    writer.close()
    with pytest.raises(StoreError, match="closed"):
        await writer.run(lambda: None)
    with pytest.raises(StoreError, match="closed"):
        writer.run_now(lambda: None)


async def test_jobs_on_their_way_to_a_closed_writer_fail_instead_of_hanging() -> None:
    writer = StoreWriter()
    group: GroupCommit[int, int] = GroupCommit(writer, lambda jobs: jobs)
    job = group.submit(1)
    writer.close()
    with pytest.raises(StoreError, match="closed"):
        await job
    await group.close()
