"""Holds a server on a leash: it ends when whoever started it does, however that one ended.

`python leash.py COMMAND…` starts COMMAND in a process group of its own, says its number on standard output, and kills
the whole group once standard input ends: the other end of that pipe closes with the process that holds it, even when
that one is killed. Run by itself, without importing anything of Rempart, so that it starts at once.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run `command` until it ends or standard input does; its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2, start_new_session=True)
    os.write(1, f"{child.pid}\n".encode())
    os.close(1)
    threading.Thread(target=_end_with_input, args=(child.pid,), daemon=True).start()
    status = child.wait()
    _kill(child.pid)  # what it may have left in its group
    return status if status >= 0 else 128 - status


def _end_with_input(group: int) -> None:
    while os.read(0, 4096):
        pass
    _kill(group)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
