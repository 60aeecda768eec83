"""A post in the shape of the service it was made on: X API v2 tweet, Bluesky commit from Jetstream, Mastodon status.

Sources: X API v2 data dictionary (Tweet and User objects, filtered stream), bluesky-social/jetstream README (commit
events), lexicon `app.bsky.feed.post`, Mastodon API documentation (Status entity).
"""

import html
from datetime import datetime
from typing import Any

import msgspec

Native = dict[str, Any]


class Draft(msgspec.Struct, kw_only=True):
    """A post before it takes a shape; `number` makes its id, `answers` and `repeats` are earlier ones there."""

    number: int
    at: datetime
    author: str
    author_created_at: datetime | None
    text: str
    language: str
    tags: list[str]
    answers: "Draft | None" = None
    repeats: "Draft | None" = None


def tweet(draft: Draft) -> Native:
    """An X API v2 tweet, as a filtered stream gives it: the tweet under `data`, who wrote it under `includes`."""
    data: Native = {
        "id": _tweet_id(draft),
        "text": draft.text,
        "author_id": _number_of(draft.author),
        "created_at": _instant(draft.at),
        "lang": draft.language,
        "edit_history_tweet_ids": [_tweet_id(draft)],
        "conversation_id": _tweet_id(draft.answers or draft),
        "entities": {"hashtags": _hashtags(draft)},
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": draft.number % 7, "quote_count": 0},
    }
    if draft.repeats is not None:
        data["referenced_tweets"] = [{"type": "retweeted", "id": _tweet_id(draft.repeats)}]
        repeated = f"RT @{draft.repeats.author}: {draft.repeats.text}"
        data["text"] = repeated if len(repeated) <= 140 else repeated[:139] + "…"
    elif draft.answers is not None:
        data["referenced_tweets"] = [{"type": "replied_to", "id": _tweet_id(draft.answers)}]
        data["in_reply_to_user_id"] = _number_of(draft.answers.author)
    user: Native = {"id": _number_of(draft.author), "username": draft.author, "name": draft.author}
    if draft.author_created_at is not None:
        user["created_at"] = _instant(draft.author_created_at)
    return {"data": data, "includes": {"users": [user]}}


def commit(draft: Draft) -> Native:
    """A Bluesky post as Jetstream's commit event gives it."""
    record: Native = {
        "$type": "app.bsky.feed.post",
        "createdAt": _instant(draft.at),
        "langs": [draft.language],
        "text": draft.text[:300],
    }
    facets = []
    for tag in draft.tags:
        start = record["text"].find("#" + tag)
        if start >= 0:
            first = len(record["text"][:start].encode())
            facets.append(
                {
                    "index": {"byteStart": first, "byteEnd": first + len(f"#{tag}".encode())},
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag}],
                }
            )
    if facets:
        record["facets"] = facets
    if draft.answers is not None:
        parent = {
            "cid": _cid(draft.answers),
            "uri": f"at://{_did(draft.answers)}/app.bsky.feed.post/{_rkey(draft.answers)}",
        }
        record["reply"] = {"parent": parent, "root": parent}
    return {
        "did": _did(draft),
        "time_us": int(draft.at.timestamp() * 1_000_000) + draft.number % 1_000_000,
        "kind": "commit",
        "commit": {
            "rev": _rkey(draft),
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": _rkey(draft),
            "record": record,
            "cid": _cid(draft),
        },
    }


def status(draft: Draft) -> Native:
    """A Mastodon status; a repeat is a status with an empty content and the other under `reblog`."""
    server = "entraide.example"
    native: Native = {
        "id": _status_id(draft),
        "created_at": _instant(draft.at),
        "in_reply_to_id": _status_id(draft.answers) if draft.answers is not None else None,
        "in_reply_to_account_id": _number_of(draft.answers.author) if draft.answers is not None else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": draft.language,
        "uri": f"https://{server}/users/{draft.author}/statuses/{_status_id(draft)}",
        "url": f"https://{server}/@{draft.author}/{_status_id(draft)}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": draft.number % 5,
        "content": "" if draft.repeats is not None else f"<p>{_html(draft, server)}</p>",
        "reblog": status(draft.repeats) if draft.repeats is not None else None,
        "account": {
            "id": _number_of(draft.author),
            "username": draft.author,
            "acct": draft.author,
            "display_name": draft.author,
            "created_at": _instant(draft.author_created_at) if draft.author_created_at is not None else None,
            "url": f"https://{server}/@{draft.author}",
            "bot": False,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag.lower(), "url": f"https://{server}/tags/{tag.lower()}"} for tag in draft.tags],
        "emojis": [],
    }
    return native


def _html(draft: Draft, server: str) -> str:
    text = html.escape(draft.text, quote=False).replace("\n", "<br />")
    for tag in draft.tags:
        link = (
            f'<a href="https://{server}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        )
        text = text.replace("#" + tag, link)
    return text


def _hashtags(draft: Draft) -> list[Native]:
    found = []
    for tag in draft.tags:
        start = draft.text.find("#" + tag)
        if start >= 0:
            found.append({"start": start, "end": start + 1 + len(tag), "tag": tag})
    return found


def _tweet_id(draft: Draft) -> str:
    return str(1_900_000_000_000_000_000 + draft.number * 4_194_304)


def _status_id(draft: Draft) -> str:
    return str(114_000_000_000_000_000 + draft.number * 65_536)


def _number_of(author: str) -> str:
    return str(int.from_bytes(author.encode()[-7:], "big"))


_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"


def _rkey(draft: Draft) -> str:
    return "3l" + _base32(draft.number * 1_103_515_245 + 12_345, 11)


def _did(draft: Draft) -> str:
    return "did:plc:" + _base32(int.from_bytes(draft.author.encode()[-14:], "big"), 24)


def _cid(draft: Draft) -> str:
    return "bafyrei" + _base32((draft.number + 7) ** 11, 52)


def _base32(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters.append(_BASE32[digit])
    return "".join(reversed(letters))


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
