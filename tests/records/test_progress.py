"""Long runs show how far they are on a terminal, and nothing in a pipe."""

import os
import pty
import subprocess
import sys
import termios

import pytest

COUNT = "from rempart.records.progress import progress; print(sum(progress(range(10), what='posts')))"


def test_a_pipe_sees_the_items_and_no_bar():
    ended = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, check=True)
    assert ended.stdout == b"45\n"
    assert ended.stderr == b""


@pytest.mark.parametrize("columns", [80, 0], ids=["of a known width", "of an unknown width"])
def test_a_terminal_sees_how_many_there_were(columns):
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, columns))
    ended = subprocess.run([sys.executable, "-c", COUNT], stdout=subprocess.PIPE, stderr=end, check=True)
    os.close(end)
    shown = os.read(terminal, 10_000)
    os.close(terminal)
    assert ended.stdout == b"45\n"
    assert b"10/10" in shown
    assert b"posts" in shown
