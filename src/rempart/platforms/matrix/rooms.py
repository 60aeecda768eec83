"""Events of Matrix rooms as posts: what is said, edited and taken back (Client-Server API, `m.room.message`)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rempart.platforms.listener import Heard
from rempart.platforms.matrix.homeserver import moment
from rempart.records import Post


def heard_in(events: Iterable[Any], *, position: Any) -> Heard:
    """What events say. What is encrypted, and what is no text, is left out; what is no event is counted."""
    heard = Heard(position=position)
    for event in events:
        try:
            _take(event, heard)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, msgspec.ValidationError):
            heard.unreadable += 1
    return heard


def _take(event: Mapping[str, Any], heard: Heard) -> None:
    content = event["content"]
    if event["type"] == "m.room.redaction":
        # Up to version 10 of rooms beside the content, from 11 on in it.
        gone = event.get("redacts") or content["redacts"]
        heard.deleted.append(("matrix", str(gone)))
    elif event["type"] == "m.room.message" and isinstance(content.get("body"), str):
        relation = content.get("m.relates_to") or {}
        if relation.get("rel_type") == "m.replace":
            new = content.get("m.new_content") or {}
            if isinstance(new.get("body"), str):
                heard.edited.append(_post(event, str(relation["event_id"]), new["body"], None))
        else:
            answered = (relation.get("m.in_reply_to") or {}).get("event_id")
            heard.posts.append(_post(event, str(event["event_id"]), content["body"], answered))


def _post(event: Mapping[str, Any], number: str, text: str, answered: str | None) -> Post:
    return msgspec.convert(
        {
            "id": number,
            "service": "matrix",
            "author": event["sender"],
            "created_at": moment(event["origin_server_ts"]),
            "text": text,
            "in_reply_to": answered,
        },
        Post,
    )
