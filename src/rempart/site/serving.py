"""The web server: gunicorn with two processes of four threads, and the worker beside them when asked."""

import contextlib
import os
import socket
import subprocess
import sys
from typing import Any

import click
from django.core.checks import run_checks
from gunicorn.app.base import BaseApplication

from rempart.pages.translations import compile_catalogues


class PortTaken(Exception):
    """Another program listens on the port."""


def ensure_free(host: str, port: int) -> None:
    """Raise PortTaken when nothing can be served on this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"Port {port} is taken by another program. Choose another: --port {port + 1}.") from error


def ensure_sound() -> None:
    """Serve nothing while a check fails: a view that does not say who may use it, say. Raises click.ClickException."""
    if serious := [found for found in run_checks() if found.is_serious()]:
        raise click.ClickException("\n".join(map(str, serious)))


class Server(BaseApplication):
    """gunicorn, configured here alone."""

    def __init__(self, host: str, port: int, *, with_worker: bool) -> None:
        self.host, self.port, self.with_worker = host, port, with_worker
        self.worker: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings. Its access log stays off: addresses may hold signed tokens."""
        options: dict[str, Any] = {
            "bind": f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}",
            "worker_class": "gthread",
            "workers": int(os.environ.get("REMPART_WEB_PROCESSES", "2")),
            "threads": 4,
            "preload_app": True,  # shared memory pages
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - heartbeats only
            "loglevel": "warning",
            "accesslog": None,
            "proc_name": "rempart",
            "control_socket_disable": True,
            "when_ready": self._ready,
            "on_exit": self._exit,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, with no database connection open that children would share."""
        from django.db import connections

        from rempart.site.wsgi import application

        connections.close_all()
        return application

    def _ready(self, _arbiter: Any) -> None:
        if self.with_worker:
            self.worker = subprocess.Popen([sys.executable, "-m", "rempart.cli", "worker"])
        shown = "localhost" if self.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else self.host  # noqa: S104 - compared
        click.echo(f"Rempart is served at http://{shown}:{self.port} (Ctrl-C stops it)")

    def _exit(self, _arbiter: Any) -> None:
        if self.worker:
            self.worker.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.worker.wait(30)


def serve(port: int = 8000, *, host: str = "127.0.0.1", with_worker: bool = False) -> None:
    """Serve the site until it is told to stop. `set_up()` must have run. Raises PortTaken, click.ClickException."""
    ensure_free(host, port)
    ensure_sound()
    compile_catalogues()
    Server(host, port, with_worker=with_worker).run()
