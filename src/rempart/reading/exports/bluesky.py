"""Bluesky: `app.bsky.feed.post` records bare, in Jetstream or firehose envelopes, and in views.

Shapes as in the lexicons app.bsky.feed.post, app.bsky.feed.defs and app.bsky.richtext.facet
(https://github.com/bluesky-social/atproto) and in Jetstream's README (https://github.com/bluesky-social/jetstream).
"""

from typing import Any

from rempart.reading.exports.fields import object_of, objects_of, post_of, text_of
from rempart.records.lines import BadLine
from rempart.records.post import Post

POST = "app.bsky.feed.post"
_NAMES = {"created_at": "createdAt", "author": "did", "id": "uri", "lang": "langs", "in_reply_to": "reply.parent.uri"}


def recognises(raw: dict[str, Any]) -> bool:
    """Whether `raw` has one of the shapes in which Bluesky gives posts or events."""
    kind = raw.get("$type")
    if isinstance(kind, str):
        return kind.startswith(("app.bsky.", "com.atproto."))
    if "did" in raw and ("kind" in raw or "commit" in raw or "record" in raw):
        return True
    if isinstance(raw.get("record"), dict) and ("uri" in raw or "author" in raw or "repo" in raw):
        return True
    if isinstance(raw.get("post"), dict) and "record" in raw["post"]:
        return True
    if "createdAt" in raw and "text" in raw and "account" not in raw:
        return True
    return isinstance(raw.get("posts"), list) or isinstance(raw.get("feed"), list)


def parse(raw: dict[str, Any]) -> list[Post]:
    """The posts of one event, record, view or page of views. Raises BadLine."""
    for page in ("posts", "feed"):
        if isinstance(raw.get(page), list):
            return [post for index, view in enumerate(raw[page]) for post in _view(view, f"{page}.{index}.")]
    if "kind" in raw or "commit" in raw:
        return _event(raw)
    if isinstance(raw.get("post"), dict) or isinstance(raw.get("record"), dict):
        return _view(raw, "")
    if raw.get("$type", POST) != POST:
        return []
    return [_post(raw, _uri(raw, ""), _author(raw, ""), "")]


def _event(raw: dict[str, Any]) -> list[Post]:
    if raw.get("kind", "commit") != "commit":
        return []
    commit = object_of(raw, "commit")
    if commit.get("collection") != POST or commit.get("operation") not in {"create", "update"}:
        return []
    did, key = text_of(raw, "did"), text_of(commit, "rkey", "commit.")
    return [_post(object_of(commit, "record", "commit."), f"at://{did}/{POST}/{key}", did, "commit.record.")]


def _view(raw: Any, path: str) -> list[Post]:
    if not isinstance(raw, dict):
        raise BadLine("Expected `object`", path.rstrip("."))
    reason = raw.get("reason")
    view = raw
    if isinstance(raw.get("post"), dict):
        view, path = raw["post"], path + "post."
    record = object_of(view, "record", path)
    if record.get("$type", POST) != POST:
        return []
    uri, author = _uri(view, path), _author(view, path)
    given = view.get("author")
    created = given.get("createdAt") if isinstance(given, dict) else None
    post = _post(record, uri, author, path + "record.", created)
    if isinstance(reason, dict) and "by" in reason:
        # Somebody else shows this post again: the repost is theirs, at their time.
        by = _author({"author": reason["by"]}, path)
        fields = {
            "id": reason.get("uri") or f"{uri}#repost-by-{by}",
            "service": "bluesky",
            "author": by,
            "created_at": reason.get("indexedAt") or post.created_at,
            "text": post.text,
            "lang": post.lang,
            "repost_of": uri,
        }
        return [post_of(fields, {"created_at": "reason.indexedAt", "id": "reason.uri"})]
    return [post]


def _uri(raw: dict[str, Any], path: str) -> str:
    """The at:// address of a record, given beside it whole or in parts."""
    if "uri" in raw:
        return text_of(raw, "uri", path)
    key = raw.get("rkey") or (str(raw["path"]).rpartition("/")[2] if "path" in raw else None)
    if key is None:
        raise BadLine("Object missing required field `uri`", path + "uri")
    return f"at://{_author(raw, path)}/{POST}/{key}"


def _author(raw: dict[str, Any], path: str) -> str:
    """The handle of the author where it is known, the DID otherwise."""
    given = raw.get("author")
    if isinstance(given, dict):
        handle = given.get("handle")
        return (
            handle
            if isinstance(handle, str) and handle != "handle.invalid"
            else text_of(given, "did", path + "author.")
        )
    for name in ("author", "did", "repo"):
        if name in raw:
            return text_of(raw, name, path)
    uri = raw.get("uri")
    if isinstance(uri, str) and uri.startswith("at://") and (did := uri[5:].split("/", 1)[0]):
        return did
    raise BadLine("Object missing required field `did`", path + "did")


def _post(record: dict[str, Any], uri: str, author: str, path: str, author_created_at: Any = None) -> Post:
    langs = record.get("langs")
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    return post_of(
        {
            "id": uri,
            "service": "bluesky",
            "author": author,
            "created_at": text_of(record, "createdAt", path),
            "text": _text(record, path),
            "lang": langs[0] if isinstance(langs, list) and langs else None,
            "in_reply_to": parent.get("uri") if isinstance(parent, dict) else None,
            "author_created_at": author_created_at,
        },
        _NAMES,
        path,
    )


def _text(record: dict[str, Any], path: str) -> str:
    """The text of a record, the addresses that it shows shortened put back in full (facets count in UTF-8 bytes)."""
    text = text_of(record, "text", path)
    facets = objects_of(record, "facets")
    if not facets:
        return text
    links = []
    for facet in facets:
        place = facet.get("index")
        address = next((item.get("uri") for item in objects_of(facet, "features") if "uri" in item), None)
        if isinstance(place, dict) and isinstance(address, str):
            start, end = place.get("byteStart"), place.get("byteEnd")
            if isinstance(start, int) and isinstance(end, int):
                links.append((start, end, address))
    if not links:
        return text
    data = text.encode()
    for start, end, address in sorted(links, reverse=True):
        shown = data[start:end].decode(errors="ignore") if 0 <= start < end <= len(data) else ""
        # Only a shortened address is put back: a link behind ordinary words would put words in their place.
        if "." in shown and " " not in shown:
            data = data[:start] + address.encode() + data[end:]
    return data.decode(errors="ignore")
