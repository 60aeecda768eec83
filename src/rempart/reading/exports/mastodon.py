"""Mastodon: `Status` entities, alone or in streaming events, their HTML turned into plain text.

Field names as in https://docs.joinmastodon.org/entities/Status/ and https://docs.joinmastodon.org/methods/streaming/
"""

import html
import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from rempart.reading.exports.fields import object_of, objects_of, optional_text, post_of, text_of
from rempart.records.lines import BadLine
from rempart.records.post import Post

_NAMES = {"author": "account.acct", "text": "content", "lang": "language", "in_reply_to": "in_reply_to_id"}
_EVENTS_WITH_A_STATUS = frozenset(("update", "status.update"))


def recognises(raw: dict[str, Any]) -> bool:
    """Whether `raw` has the shape of a Status or of a streaming event."""
    return ("content" in raw and "account" in raw) or ("event" in raw and "payload" in raw)


def parse(raw: dict[str, Any]) -> list[Post]:
    """The post of one Status or streaming event. Raises BadLine."""
    if "event" in raw:
        if raw["event"] not in _EVENTS_WITH_A_STATUS:
            return []
        payload = raw["payload"]
        if isinstance(payload, str):
            try:
                payload = msgspec.json.decode(payload)
            except msgspec.DecodeError as error:
                raise BadLine(f"not a JSON object: {error}", "payload") from error
        if not isinstance(payload, dict):
            raise BadLine("Expected `object`", "payload")
        return [_post(payload, "payload.")]
    return [_post(raw, "")]


def _post(status: dict[str, Any], path: str) -> Post:
    account = object_of(status, "account", path)
    reblog = status.get("reblog")
    content = reblog if isinstance(reblog, dict) else status
    return post_of(
        {
            "id": text_of(status, "id", path),
            "service": "mastodon",
            "author": _full_name(account, path),
            "created_at": text_of(status, "created_at", path),
            "text": _text(content, path),
            "lang": optional_text(content, "language", path),
            "in_reply_to": optional_text(status, "in_reply_to_id", path),
            "repost_of": text_of(reblog, "id", path + "reblog.") if isinstance(reblog, dict) else None,
            "author_created_at": account.get("created_at"),
        },
        _NAMES,
        path,
    )


def _full_name(account: dict[str, Any], path: str) -> str:
    """`user@host`: accounts of the server that answers are given without their host."""
    name = text_of(account, "acct", path + "account.")
    address = account.get("url")
    if "@" not in name and isinstance(address, str) and (host := _host(address)):
        return f"{name}@{host}"
    return name


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _text(status: dict[str, Any], path: str) -> str:
    warning = optional_text(status, "spoiler_text", path)
    content = _plain(text_of(status, "content", path), objects_of(status, "mentions"))
    text = f"{warning}\n\n{content}" if warning else content
    # A server's own emoji are pictures: their names (« snap :blobcat: ») are not what the author said.
    for emoji in objects_of(status, "emojis"):
        if isinstance(name := emoji.get("shortcode"), str) and name:
            text = text.replace(f":{name}:", " ")
    return text.strip()


_LINK = re.compile(r"<a\b([^<>]*)>((?:[^<]++|<(?!/?a\b))*+)</a\s*>", re.IGNORECASE)
_ADDRESS = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</p>\s*+<p\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:li|blockquote|pre|h\d)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def _plain(content: str, mentions: list[dict[str, Any]]) -> str:
    """The text of a status: links in full, mentions as `@user@host`, paragraphs apart."""
    if "<" in content:
        known = {mention.get("url"): mention.get("acct") for mention in mentions}

        def written(match: re.Match[str]) -> str:
            shown = _TAG.sub("", match[2])
            found = _ADDRESS.search(match[1])
            address = html.unescape(next((part for part in found.groups() if part), "")) if found else ""
            if shown.startswith("#") or not address:
                return shown
            if not shown.startswith("@"):
                return html.escape(address, quote=False)
            name, host = known.get(address), _host(address)
            if not isinstance(name, str):
                name = shown.removeprefix("@")
            return f"@{name}" if "@" in name or not host else f"@{name}@{host}"

        content = _LINK.sub(written, content)
        content = _BREAK.sub("\n", _PARAGRAPH.sub("\n\n", content))
        content = _TAG.sub("", content)
    return html.unescape(content).strip()
