"""X API v2: tweet objects, alone or in response pages.

Field names as in the "Post" (tweet) object of X API v2: https://docs.x.com/x-api/fundamentals/data-dictionary
"""

import html
from typing import Any

from rempart.reading.exports.fields import object_of, objects_of, optional_text, post_of, text_of
from rempart.records.lines import BadLine
from rempart.records.post import Post

_SIGNS_OF_A_TWEET = frozenset(
    ("author_id", "edit_history_tweet_ids", "referenced_tweets", "conversation_id", "public_metrics", "note_tweet")
)
# What X gives for a language when it knows none: undetermined, no linguistic content, only mentions, tags, links, …
_NO_LANGUAGE = frozenset(("und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"))
_NAMES = {"author": "author_id", "in_reply_to": "referenced_tweets", "repost_of": "referenced_tweets"}


def recognises(raw: dict[str, Any]) -> bool:
    """Whether `raw` has the shape of a tweet object or of a response of X API v2."""
    if "text" in raw:
        return not _SIGNS_OF_A_TWEET.isdisjoint(raw)
    if isinstance(raw.get("data"), list | dict):
        return True
    return isinstance(raw.get("meta"), dict) and "result_count" in raw["meta"]


def parse(raw: dict[str, Any]) -> list[Post]:
    """The tweets of one object. Raises BadLine."""
    if "text" in raw:
        return [_post(raw, {}, {}, "")]
    data = raw.get("data")
    if data is None:
        return []
    includes = raw.get("includes")
    includes = includes if isinstance(includes, dict) else {}
    users = {user.get("id"): user for user in objects_of(includes, "users")}
    tweets = {tweet.get("id"): tweet for tweet in objects_of(includes, "tweets")}
    if isinstance(data, dict):
        return [_post(data, users, tweets, "data.")]
    posts = []
    for index, tweet in enumerate(data):
        if not isinstance(tweet, dict):
            raise BadLine("Expected `object`", f"data.{index}")
        posts.append(_post(tweet, users, tweets, f"data.{index}."))
    return posts


def _post(tweet: dict[str, Any], users: dict[Any, Any], tweets: dict[Any, Any], path: str) -> Post:
    author_id = text_of(tweet, "author_id", path)
    user = users.get(author_id, {})
    references = {item.get("type"): item.get("id") for item in objects_of(tweet, "referenced_tweets")}
    repost_of = references.get("retweeted")
    # A retweet's own text is cut short; the tweet that it repeats may come along whole.
    content = tweets.get(repost_of, tweet) if repost_of is not None else tweet
    language = optional_text(tweet, "lang", path)
    return post_of(
        {
            "id": text_of(tweet, "id", path),
            "service": "twitter",
            "author": user.get("username") or author_id,
            "created_at": text_of(tweet, "created_at", path),
            "text": _text(content if isinstance(content.get("text"), str) else tweet, path),
            "lang": None if language in _NO_LANGUAGE else language,
            "in_reply_to": references.get("replied_to"),
            "repost_of": repost_of,
            "author_created_at": user.get("created_at"),
        },
        _NAMES,
        path,
    )


def _text(tweet: dict[str, Any], path: str) -> str:
    """The whole text of a tweet, with addresses in full."""
    text, entities = text_of(tweet, "text", path), tweet.get("entities")
    if isinstance(tweet.get("note_tweet"), dict):
        note = object_of(tweet, "note_tweet", path)
        text, entities = text_of(note, "text", path + "note_tweet."), note.get("entities", entities)
    if isinstance(entities, dict):
        for link in objects_of(entities, "urls"):
            short, full = link.get("url"), link.get("unwound_url") or link.get("expanded_url")
            if isinstance(short, str) and short and isinstance(full, str):
                text = text.replace(short, full)
    return html.unescape(text) if "&" in text else text
