"""A server that streams and answers as Mastodon's documentation says, as far as the listener asks.

Streaming (hashtags, with keep-alive lines), timelines of hashtags with `min_id`, single and several statuses (4.3), and
the reports of moderators. Requests and answers are real HTTP; what a real server does beside that is not shown.
"""

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rempart.ledger.clock import now
from serving import Answers, serving

TOKEN, HOST = "token-of-rempart", "star.example"


@dataclass
class Streaming:
    """The server's state, and what its people do."""

    address: str = ""
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    open: list[tuple[str, "queue.Queue[bytes | None]"]] = field(default_factory=list)
    several: bool = True
    hidden_from_lists: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _last: int = 0

    def number(self, at: datetime | None = None) -> str:
        """The next number: milliseconds, then sixteen bits."""
        self._last = max(self._last + 1, int((at or now()).timestamp() * 1000) << 16)
        return str(self._last)

    def post(
        self, text: str, *, tag: str = "balancetontiktokeur", author: str = "lea", heard: bool = True, **fields
    ) -> str:
        """Somebody posts; `heard`: whether the streams say so. Returns its number."""
        number = self.number()
        self.statuses[number] = {
            "id": number,
            "created_at": "2026-06-17T16:04:00.000Z",
            "edited_at": None,
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "language": "fr",
            "in_reply_to_id": None,
            "reblog": None,
            "spoiler_text": "",
            "account": {"acct": author, "url": f"https://{HOST}/@{author}", "created_at": "2024-01-01T00:00:00.000Z"},
            "mentions": [],
            "emojis": [],
            "tags": [{"name": tag}],
        } | fields
        if heard:
            self.say(tag, "update", json.dumps(self.statuses[number]))
        return number

    def edit(self, number: str, text: str, *, heard: bool = True) -> None:
        """Its author changes a post."""
        status = self.statuses[number]
        status |= {"content": f"<p>{text}</p>", "edited_at": "2026-06-17T18:00:00.000Z"}
        if heard:
            self.say(status["tags"][0]["name"], "status.update", json.dumps(status))

    def delete(self, number: str, *, heard: bool = True) -> None:
        """Its author deletes a post."""
        status = self.statuses.pop(number)
        if heard:
            self.say(status["tags"][0]["name"], "delete", number)

    def report(self, comment: str, *, about: str = "leo.vrtx", by: str = "lea", **fields) -> str:
        """Somebody reports an account to the moderators. Returns the report's number."""
        number = str(len(self.reports) + 1)
        self.reports.append(
            {
                "id": number,
                "action_taken": False,
                "category": "violation",
                "comment": comment,
                "created_at": datetime.now(UTC).isoformat(),
                "account": {
                    "id": "7",
                    "username": by,
                    "domain": None,
                    "locale": "fr",
                    "account": {"followers_count": 3},
                },
                "target_account": {"id": "42", "username": about, "domain": None, "account": {}},
                "statuses": [],
                "rules": [{"id": "1", "text": "No harassment"}],
            }
            | fields
        )
        return number

    def say(self, tag: str, name: str, data: str) -> None:
        """Send an event to whoever listens to a hashtag."""
        for followed, waiting in list(self.open):
            if followed == tag:
                waiting.put(f"event: {name}\ndata: {data}\n\n".encode())

    def break_off(self) -> None:
        """Every stream ends."""
        for _tag, waiting in self.open:
            waiting.put(None)

    def answer(self, path: str, asked: dict[str, list[str]]) -> tuple[int, Any]:
        """The status and the entity."""
        after = int(asked.get("min_id", ["0"])[0])
        limit = int(asked.get("limit", ["20"])[0])
        if path == "/api/v2/instance":
            return 200, {"domain": HOST, "configuration": {"urls": {"streaming": self.address.replace("http", "ws")}}}
        if path.startswith("/api/v1/timelines/tag/"):
            tag = unquote(path.rpartition("/")[2])
            found = [
                one for one in list(self.statuses.values()) if one["tags"][0]["name"] == tag and int(one["id"]) > after
            ]
            return 200, list(reversed(sorted(found, key=lambda one: int(one["id"]))[:limit]))
        if path == "/api/v1/admin/reports":
            resolved = asked.get("resolved") == ["true"]
            found = [one for one in self.reports if int(one["id"]) > after and one["action_taken"] is resolved][:limit]
            return 200, list(reversed(found))
        if path == "/api/v1/statuses" and self.several:
            shown = [self.statuses.get(number) for number in asked["id[]"] if number not in self.hidden_from_lists]
            return 200, [one for one in shown if one]
        if path.startswith("/api/v1/statuses/") and (status := self.statuses.get(path.rpartition("/")[2])):
            return 200, status
        return 404, {"error": "Record not found"}


@contextmanager
def streaming() -> Iterator[Streaming]:
    """The server, listening on a free port."""
    state = Streaming()

    class Handler(Answers):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = parse_qs(parts.query)
            state.asked.append(parts.path)
            if self.headers.get("authorization") != f"Bearer {TOKEN}":
                self.answer(401, {"error": "The access token is invalid"})
            elif parts.path == "/api/v1/streaming/hashtag":
                self._stream(asked["tag"][0])
            else:
                self.answer(*state.answer(parts.path, asked))

        def _stream(self, tag: str) -> None:
            waiting: queue.Queue[bytes | None] = queue.Queue()
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            entry = (tag, waiting)
            state.open.append(entry)
            with suppress(OSError):
                self.wfile.write(b":)\n")
                while (said := waiting.get()) is not None:
                    self.wfile.write(b":thump\n" + said)
                    self.wfile.flush()
            state.open.remove(entry)

    with serving(Handler) as state.address:
        try:
            yield state
        finally:
            state.break_off()
