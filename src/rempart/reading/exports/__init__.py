"""Posts as their services export them, told apart by their shape and turned into Post records."""

from typing import Any

from rempart.reading.exports import bluesky, mastodon, x
from rempart.records.lines import BadLine, to_record
from rempart.records.post import Post

__all__ = ["parse_posts"]


def parse_posts(raw: dict[str, Any]) -> list[Post]:
    """The posts of one decoded line: none for what is no post (a deletion, another kind of event), several for a page.

    Shapes read: Post records of our own; X API v2 tweet objects and response pages; Bluesky `app.bsky.feed.post`
    records bare, in Jetstream or firehose envelopes, in views and pages of views; Mastodon `Status` entities and
    streaming events. Raises BadLine naming the field at fault.
    """
    if "service" in raw and "text" in raw:
        return [to_record(raw, Post)]
    for shape in (bluesky, mastodon, x):
        if shape.recognises(raw):
            try:
                return shape.parse(raw)
            except RecursionError as error:
                raise BadLine("nested too deep") from error
    return [to_record(raw, Post)]
