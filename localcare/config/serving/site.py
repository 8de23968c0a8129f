"""The web server: gunicorn with threads, a graceful stop and a guard over the embedded database."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess

from localcare.config.serving.warming import warm_later


class PortInUse(RuntimeError):
    """Another program listens there already."""


@dataclass(frozen=True)
class Site:
    """Where and with how many hands the site is served."""

    address: str
    port: int
    workers: int = 2
    threads: int = 4
    stop_seconds: int = 30

    def refuse_port_in_use(self) -> None:
        """Say so early and plainly when the port is taken."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((self.address, self.port))
            except OSError as error:
                raise PortInUse(
                    f"Port {self.port} of {self.address} cannot be used ({error.strerror}). Stop what uses it, or"
                    f" choose another: --port {self.port + 1}"
                ) from None

    def answers(self) -> bool:
        """Whether somebody listens there."""
        try:
            with socket.create_connection((self.address, self.port), timeout=1):
                return True
        except OSError:
            return False


class _WebServer(BaseApplication):  # type: ignore[misc]
    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__()

    def load_config(self) -> None:
        from django.conf import settings

        host = f"[{self.site.address}]" if ":" in self.site.address else self.site.address
        for name, value in {
            "bind": f"{host}:{self.site.port}",
            "workers": self.site.workers,
            "threads": self.site.threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": self.site.stop_seconds,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
            "forwarded_allow_ips": os.environ.get("LOCALCARE_TRUSTED_PROXIES", "127.0.0.1,::1"),
            "logconfig_dict": settings.LOGGING,
            "control_socket_disable": True,
            "child_exit": _forget_process,
            "post_worker_init": lambda _worker: warm_later(),
            "proc_name": "localcare",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from localcare.config.wsgi import application

        return application


def run_site(site: Site) -> None:
    """Serve until a signal to stop; raises SystemExit then."""
    site.refuse_port_in_use()
    connections.close_all()  # processes forked from here must not share one
    _WebServer(site).run()


def _forget_process(_server: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)
