"""Processes of a server end with whoever started them, and are paused, stopped and killed as a group."""

import os
import signal
import subprocess
import sys

import pytest

from rempart.platforms.servers import DidNotStart, Leashed, free_port, kept_port
from waiting import until

WITH_A_CHILD = (
    "import subprocess, sys, time; print('up', subprocess.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"
)
STARTS_ONE = """
import os, signal, sys
from pathlib import Path
from rempart.platforms.servers import Leashed
folder = Path(sys.argv[1])
one = Leashed([sys.executable, "-c", sys.argv[2]], log=folder / "log", environment=os.environ, folder=folder)
one.wait_until(lambda: "up" in (folder / "log").read_text())
os.kill(os.getpid(), signal.SIGKILL)
"""


def leashed(folder, code=WITH_A_CHILD):
    command = [sys.executable, "-c", code]
    return Leashed(command, log=folder / "log", environment=dict(os.environ), folder=folder)


def number_in(folder):
    return int((folder / "log").read_text().split()[1])


def gone(number):
    """Whether a process has ended; one that waits to be buried has."""
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False)
    return not said.stdout.strip() or said.stdout.startswith("Z")


def test_a_server_ends_with_whoever_started_it_even_when_that_one_is_killed(tmp_path):
    subprocess.run([sys.executable, "-c", STARTS_ONE, str(tmp_path), WITH_A_CHILD], check=False, timeout=120)
    assert until(lambda: gone(number_in(tmp_path)))


def test_stopping_a_server_stops_what_it_started(tmp_path):
    one = leashed(tmp_path)
    one.wait_until(lambda: "up" in (tmp_path / "log").read_text())
    one.stop()
    assert until(lambda: gone(number_in(tmp_path)))


def test_a_paused_server_can_be_killed(tmp_path):
    one = leashed(tmp_path)
    one.signal(signal.SIGSTOP)
    one.kill()
    assert until(lambda: gone(one.group))


def test_a_server_that_ends_before_it_is_ready_says_what_its_log_says(tmp_path):
    one = leashed(tmp_path, "raise SystemExit('the port is taken')")
    with pytest.raises(DidNotStart, match="the port is taken"):
        one.wait_until(lambda: False)


def test_a_program_that_is_not_there_did_not_start(tmp_path):
    with pytest.raises(DidNotStart, match="could not be started"):
        Leashed(["/nowhere/program"], log=tmp_path / "log", environment={}, folder=tmp_path)


def test_a_folder_keeps_its_port(tmp_path):
    assert kept_port(tmp_path) == kept_port(tmp_path)


def test_a_free_port_is_not_one_that_systems_give_to_outgoing_connections():
    assert free_port() < 32_000
