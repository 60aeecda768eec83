"""Posts as their services export them, told apart by their shape and turned into Post records."""

from collections.abc import Callable
from typing import Any

from rempart.reading.exports import bluesky, mastodon, x
from rempart.records.lines import to_record
from rempart.records.post import Post

__all__ = ["parse_posts"]

Parse = Callable[[dict[str, Any]], list[Post]]
_SHAPES: tuple[tuple[Callable[[dict[str, Any]], bool], Parse], ...] = (
    (bluesky.recognises, bluesky.parse),
    (mastodon.recognises, mastodon.parse),
    (x.recognises, x.parse),
)


def parse_posts(raw: dict[str, Any]) -> list[Post]:
    """The posts of one decoded line: none for what is no post (a deletion, another kind of event), several for a page.

    Shapes read: Post records of our own; X API v2 tweet objects and response pages; Bluesky `app.bsky.feed.post`
    records bare, in Jetstream or firehose envelopes, in views and pages of views; Mastodon `Status` entities and
    streaming events. Raises BadLine naming the field at fault.
    """
    if "service" in raw and "text" in raw:
        return [to_record(raw, Post)]
    for recognises, parse in _SHAPES:
        if recognises(raw):
            return parse(raw)
    return [to_record(raw, Post)]
