"""Messages a second read from chat exports, how time and memory grow, and json and msgspec decoding the same bytes."""

import json
import tempfile
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from reading import seconds
from rempart.reading.conversations import read_conversations

SIZES = (10_000, 40_000, 160_000)
BEGUN = datetime(2020, 1, 1, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def telegram(messages: int) -> bytes:
    """A chat as Telegram Desktop exports it."""
    rows = [
        {"id": number, "type": "message", "date": "2020-01-01T00:00:00", "from": "Nox" if number % 2 else "Léa",
         "date_unixtime": str(int((BEGUN + timedelta(seconds=90 * number)).timestamp())), "text": f"message {number}"}
        for number in range(messages)
    ]  # fmt: skip
    return json.dumps({"name": "Nox", "type": "personal_chat", "messages": rows}).encode()


def whatsapp(messages: int) -> bytes:
    """A chat as WhatsApp exports it."""
    lines = []
    for number in range(messages):
        at = BEGUN + timedelta(seconds=90 * number)
        lines.append(f"{at:%d/%m/%Y à %H:%M} - {'Nox' if number % 2 else 'Léa'} : message {number}\n")
    return "".join(lines).encode()


def row(name: str, size: int, path: Path) -> str:
    """A line of the table for an export of `size` messages at `path`."""
    content = path.read_bytes()

    def read() -> int:
        return sum(len(conversation.messages) for conversation in read_conversations(path, PARIS))

    assert read() == size
    taken = seconds(read)
    tracemalloc.start()
    read()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    ratios = [f"{'–':>8}"] * 2
    if path.suffix == ".json":
        peers = (seconds(lambda: json.loads(content)), seconds(lambda: msgspec.json.decode(content)))
        ratios = [f"{taken / peer:>8.1f}" for peer in peers]
    return f"{name:>10} {size:>9} {taken:>8.2f} {size / taken:>11.0f} {peak:>9.1f} {' '.join(ratios)}"


def main() -> None:
    """Print the table; the last columns say how many times longer reading takes than decoding alone; memory in MiB."""
    print(
        f"{'export':>10} {'messages':>9} {'seconds':>8} {'messages/s':>11} {'peak':>9} {'× json':>8} {'× msgspec':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, make, file in (("telegram", telegram, "result.json"), ("whatsapp", whatsapp, "_chat.txt")):
            for size in SIZES:
                path = Path(folder) / file
                path.write_bytes(make(size))
                print(row(name, size, path))


if __name__ == "__main__":
    main()
