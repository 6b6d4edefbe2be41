"""The one thread that writes, and the group commit in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

from controller.domain.errors import StoreError

T = TypeVar("T")
Job = TypeVar("Job")
Result = TypeVar("Result")


class StoreWriter:
    """Runs work on the files in one thread, in the order it was asked for.

    A one-thread executor rather than a thread of our own: event loops in virtual time know how to wait for it.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zhadao-store")
        self._closed = False

    async def run(self, work: Callable[[], T]) -> T:
        """Do ``work`` in the writer's thread.

        Raises:
            StoreError: the writer is closed, or what the work itself raises.
        """
        return await self.begin(work)

    def begin(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Like ``run``, without waiting for it."""
        if self._closed:
            raise StoreError("the store is closed: nothing can be written any more")
        return asyncio.get_running_loop().run_in_executor(self._executor, work)

    def run_now(self, work: Callable[[], T]) -> T:
        """Do ``work`` in the writer's thread and block until it is done: for start-up and shut-down only."""
        if self._closed:
            raise StoreError("the store is closed: nothing can be written any more")
        return self._executor.submit(work).result()

    def close(self) -> None:
        """Finish what was begun and end the thread; harmless when closed."""
        self._closed = True
        self._executor.shutdown(wait=True)


class GroupCommit(Generic[Job, Result]):
    """Jobs that come while a commit is running, or within one turn of the loop, go together in the next one.

    ``commit`` runs in the writer's thread, makes all its jobs durable at once and answers with one result per job;
    when it raises, every job of that group fails with what it raised.
    """

    def __init__(self, writer: StoreWriter, commit: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        self._writer = writer
        self._commit = commit
        self._waiting: list[tuple[Job, asyncio.Future[Result]]] = []
        self._idle: asyncio.Future[None] | None = None
        self._closed = False

    def submit(self, job: Job) -> asyncio.Future[Result]:
        """Queue a job; the future ends when it is durable. Cancelling the future does not take the job back.

        Raises:
            StoreError: the store is closed.
        """
        if self._closed:
            raise StoreError("the store is closed: nothing can be written any more")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((job, future))
        if self._idle is None:
            self._idle = loop.create_future()
            loop.call_soon(self._send)
        return future

    async def close(self) -> None:
        """Take no more jobs and wait for those that were taken."""
        self._closed = True
        if self._idle is not None:
            await asyncio.shield(self._idle)

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            running = self._writer.begin(partial(self._commit, [job for job, _ in batch]))
        except StoreError as closed:
            _fail(batch, closed)
            self._rest()
            return
        running.add_done_callback(partial(self._settle, batch))

    def _settle(
        self, batch: list[tuple[Job, asyncio.Future[Result]]], running: asyncio.Future[Sequence[Result]]
    ) -> None:
        error = asyncio.CancelledError() if running.cancelled() else running.exception()
        if error is not None:
            _fail(batch, error)
        else:
            for (_, future), result in zip(batch, running.result(), strict=True):
                if not future.done():
                    future.set_result(result)
        if self._waiting:
            self._send()
        else:
            self._rest()

    def _rest(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None and not idle.done():
            idle.set_result(None)


def _fail(batch: list[tuple[Job, asyncio.Future[Result]]], error: BaseException) -> None:
    for _, future in batch:
        if future.done():
            continue
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)
