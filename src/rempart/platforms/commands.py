"""What the command `listen` does: listens until it is told to end, with a line on a terminal that says what came in."""

import logging
import signal
import sys
import threading
from collections import Counter

from rempart.platforms import listening
from rempart.platforms.connector import PermanentFailure

logger = logging.getLogger("rempart.listening")


def listen_until_told(name: str) -> None:
    """Listen to a platform until SIGTERM or Ctrl-C: the batch at hand is stored first.

    Raises what `run` raises; anything unforeseen is logged without what it says, and ends with 1.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    logger.info("listening to %s", name)
    try:
        with _Line(name) as line:
            listening.run(name, stop, told=line.add)
    except (listening.CannotListen, PermanentFailure):
        raise
    except Exception:
        logger.exception("listening to %s ended", name)
        sys.exit(1)
    logger.info("no longer listening to %s", name)


class _Line:
    """A line on a terminal: posts taken in, how many a second, and what else came. Nothing in a pipe."""

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        self._bar = tqdm(desc=name, unit=" posts", file=sys.stderr, disable=not sys.stderr.isatty(), mininterval=0.2)
        self._others: Counter[str] = Counter()

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._bar.close()

    def add(self, kept: listening.Kept) -> None:
        """Count a batch."""
        self._others.update({"deleted": kept.deleted, "reports": kept.reports, "refused": kept.refused})
        self._bar.set_postfix({what: number for what, number in self._others.items() if number}, refresh=False)
        self._bar.update(kept.posts)
