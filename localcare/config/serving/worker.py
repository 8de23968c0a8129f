"""The worker: runs jobs, gives signs of life, and survives a restart of the database."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from localcare.kernel.database.jobs import give_back

logger = logging.getLogger("localcare.worker")
PAUSE_SECONDS = 2


def run_worker(*, concurrency: int, stop_seconds: float) -> None:
    """Run jobs until a signal to stop; jobs in hand have `stop_seconds` to finish, and are given back then."""
    asyncio.run(_Worker(concurrency, stop_seconds).run())


class _Worker:
    def __init__(self, concurrency: int, stop_seconds: float) -> None:
        self._concurrency, self._stop_seconds = concurrency, stop_seconds
        self._stopping = asyncio.Event()
        self._in_hand: list[Job] = []
        self._number: int | None = None

    async def run(self) -> None:
        """Run jobs, on whichever connection there is, until a signal to stop."""
        while not self._stopping.is_set():
            try:
                await self._work()
            except ConnectorException:
                logger.warning("The worker lost its database and looks for it again")
                await asyncio.sleep(PAUSE_SECONDS)
                await asyncio.to_thread(_look_for_database)

    async def _work(self) -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                work = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=self._concurrency,
                        install_signal_handlers=False,
                        worker_middleware=[self._noted],
                    )
                )
                self._listen()
                asked = asyncio.create_task(self._stopping.wait())
                await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
                asked.cancel()
                if self._stopping.is_set():
                    await self._stop(work)
                else:
                    await work

    def _listen(self) -> None:
        """Stop on a signal; a closed terminal is none to a worker that was told to outlive it (nohup)."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)

    async def _noted(self, run: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        self._number = worker.worker_id
        self._in_hand.append(context.job)
        try:
            return await run()
        finally:
            self._in_hand.remove(context.job)

    async def _stop(self, work: asyncio.Task[None]) -> None:
        """Take no more; what is not done in time is given back, and ended with this process.

        A job computes in a thread, which nothing else can end. To the job it is a kill, and all are written for that.
        """
        work.cancel()
        await asyncio.wait({work}, timeout=self._stop_seconds)
        if not self._in_hand:
            return
        try:
            for job in self._in_hand:
                await give_back(job)
            if self._number is not None:
                await app.job_manager.unregister_worker(self._number)
        except ConnectorException:
            logger.warning("The database does not answer: the next worker takes up what this one had in hand")
        logging.shutdown()
        os._exit(0)


def _look_for_database() -> None:
    try:
        connection.ensure_connection()  # the embedded server is started again by our backend
    except Exception:
        logger.warning("The database does not answer yet")
    finally:
        connection.close()
