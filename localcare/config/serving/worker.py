"""The worker: runs jobs, gives signs of life, and survives a restart of the database."""

from __future__ import annotations

import asyncio
import logging
import signal

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

logger = logging.getLogger("localcare.worker")
PAUSE_SECONDS = 2


def run_worker(*, concurrency: int, stop_seconds: float) -> None:
    """Run jobs until a signal to stop; jobs in hand have `stop_seconds` to finish."""
    asyncio.run(_run(concurrency, stop_seconds))


async def _run(concurrency: int, stop_seconds: float) -> None:
    stopping = asyncio.Event()
    while not stopping.is_set():
        try:
            await _work(concurrency, stop_seconds, stopping)
        except ConnectorException:
            logger.warning("The worker lost its database and looks for it again")
            await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.to_thread(_look_for_database)


async def _work(concurrency: int, stop_seconds: float, stopping: asyncio.Event) -> None:
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        async with app.open_async():
            task = asyncio.create_task(
                app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=stop_seconds,
                )
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, _stop, task, stopping)
            try:
                await task
            except asyncio.CancelledError:
                if not stopping.is_set():
                    raise


def _stop(task: asyncio.Task[None], stopping: asyncio.Event) -> None:
    stopping.set()
    task.cancel()


def _look_for_database() -> None:
    try:
        connection.ensure_connection()  # the embedded server is started again by our backend
    except Exception:
        logger.warning("The database does not answer yet")
    finally:
        connection.close()
