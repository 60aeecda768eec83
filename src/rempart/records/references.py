"""References to accounts: which service, which handle, and the one way to write both.

People write the same account as `@Leo.Vrtx`, `tiktok.com/@leo.vrtx?lang=fr` or with Cyrillic look-alikes. Every
record holds the canonical form: lower case, no `@`, no punctuation around it, ASCII where a look-alike was used.
Canonicalising twice changes nothing.
"""

import re
import unicodedata
from typing import Any, Literal, get_args
from urllib.parse import unquote

import msgspec

from rempart.records.lookalikes import fold_lookalikes

Service = Literal[
    "tiktok",
    "snapchat",
    "instagram",
    "facebook",
    "twitter",
    "youtube",
    "twitch",
    "discord",
    "telegram",
    "whatsapp",
    "bereal",
    "bluesky",
    "mastodon",
    "matrix",
    "reddit",
    "vsco",
    "kik",
    "yubo",
    "roblox",
    "web",
    "other",
]
SERVICES: tuple[Service, ...] = get_args(Service)

_CANONICAL = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_])?")
_MATRIX = re.compile(r"[^\s:@]+:[^\s:@]+(?::\d+)?")
_DID = re.compile(r"did:[a-z]+:\S+", re.IGNORECASE)
_REDDIT = re.compile(r"^u(?:ser)?/", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


class AccountReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account on a service; `id` is the platform's immutable id, which wins over the handle where both are known.

    Raises ValueError when nothing is left of the handle once it is canonical.
    """

    service: Service
    handle: str
    id: str | None = None

    def __post_init__(self) -> None:
        handle = canonical_handle(self.handle, self.service)
        if not handle:
            raise ValueError("`handle` is empty")
        if handle != self.handle:
            msgspec.structs.force_setattr(self, "handle", handle)

    def __str__(self) -> str:
        return f"{self.service}:{self.handle}"


def canonical_handle(handle: str, service: Service) -> str:
    """The one way to write `handle` on `service`; empty when nothing is left of it.

    Profile addresses are understood (`https://www.tiktok.com/@leo.vrtx?lang=fr` → `leo.vrtx`).
    """
    if _CANONICAL.fullmatch(handle):
        return handle
    # Each pass may uncover what the next one removes (a bracket behind a full stop), so it goes on until nothing moves.
    for _ in range(8):
        before, handle = handle, _canonical_once(handle, service)
        if handle == before:
            break
    return handle


def _canonical_once(handle: str, service: Service) -> str:
    if "/" in handle and (profile := parse_profile(handle)) is not None and profile[0] == service:
        handle = profile[1]
    handle = _bare(_POSSESSIVE.sub("", fold_lookalikes("".join(handle.split()))))
    if service == "matrix":
        return ("@" if _MATRIX.fullmatch(handle) else "") + handle.lower()
    if service == "reddit":
        handle = _REDDIT.sub("", handle)
    if service == "bluesky" and _DID.fullmatch(handle):
        # The method-specific part of a DID may be case-sensitive (DID Core 1.0, 3.1).
        scheme, method, rest = handle.split(":", 2)
        return f"{scheme.lower()}:{method.lower()}:{rest}"
    return handle.lower()


def _bare(text: str) -> str:
    """`text` without what stands around it: a handle begins and ends with a letter, a digit or `_`."""
    start, end = 0, len(text)
    while start < end and not _belongs(text[start]):
        start += 1
    while end > start and not _belongs(text[end - 1]):
        end -= 1
    return text[start:end]


def _belongs(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "_" or (category[0] in "LNM" and category != "Me")


def _but(*pages: str) -> str:
    """A pattern that refuses the first part of a path where it is one of the site's own pages."""
    return rf"(?!(?:{'|'.join(pages)})(?:/|$))"


_SUB = r"(?:[a-z-]+\.)?"
# Service, host pattern, path pattern whose first group is the handle. The first host that matches wins; Mastodon, which
# may be on any host, comes last.
_PAGES: tuple[tuple[Service, str, str], ...] = (
    ("tiktok", _SUB + r"tiktok\.com", r"@([^/]+)"),
    ("snapchat", _SUB + r"snapchat\.com", r"(?:(?:[a-z]{2}(?:-[a-z]{2})?/)?add/|@|p/|u/)([^/]+)"),
    (
        "instagram",
        _SUB + r"(?:instagram\.com|instagr\.am|ig\.me)",
        r"(?:m/|stories/|_u/)?" + _but("p", "reel", "reels", "tv", "explore", "direct", "accounts") + "([^/]+)",
    ),
    ("facebook", r"m\.me", r"([^/]+)"),
    (
        "facebook",
        _SUB + r"(?:facebook\.com|fb\.com|fb\.me|messenger\.com)",
        r"(?:t/)?"
        + _but("groups", "watch", "events", "pages", "sharer?", "hashtag", "photos?", r"(?:profile|story)\.php")
        + "([^/]+)",
    ),
    (
        "twitter",
        _SUB + r"(?:twitter\.com|x\.com)",
        _but("i", "home", "search", "hashtag", "intent", "share", "explore") + "@?([^/]+)",
    ),
    ("youtube", _SUB + r"youtube\.com", r"(?:@|c/|user/|channel/)([^/]+)"),
    ("twitch", _SUB + r"twitch\.tv", _but("videos", "directory", "p") + "([^/]+)"),
    ("discord", _SUB + r"(?:discord\.com|discordapp\.com)", r"users/(\d+)"),
    (
        "telegram",
        r"(?:t\.me|telegram\.me|telegram\.dog)",
        _but("joinchat", "addstickers", "c") + r"(?!\+)(?:s/)?([^/]+)",
    ),
    ("whatsapp", r"wa\.me", r"\+?(\d+)"),
    ("bereal", _SUB + r"(?:bere\.al|bereal\.com)", r"@?([^/]+)"),
    ("bluesky", _SUB + r"(?:bsky\.app|bsky\.social)", r"profile/([^/]+)"),
    ("matrix", r"matrix\.to", r"(@[^/:]+:[^/]+)"),
    ("reddit", _SUB + r"reddit\.com", r"u(?:ser)?/([^/]+)"),
    ("vsco", _SUB + r"vsco\.co", r"([^/]+)"),
    ("kik", _SUB + r"kik\.me", r"([^/]+)"),
    ("yubo", _SUB + r"yubo\.live", r"(?:u/|@)?([^/]+)"),
    ("roblox", _SUB + r"roblox\.com", r"(?:[a-z]{2}/)?users/(\d+)"),
    ("mastodon", r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", r"(?:web/)?@([^/@]+)(?:@([^/]+))?"),
)
_PROFILES = [(service, re.compile(host, re.I), re.compile(path, re.I)) for service, host, path in _PAGES]
_FACEBOOK_BY_ID = re.compile(
    r"(?:www\.|m\.|[a-z]{2}-[a-z]{2}\.)?(?:facebook|fb)\.com/profile\.php\?(?:.*&)?id=(\d+)", re.I
)
_ADDRESS = re.compile(r"^(?:https?://)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?/(?P<path>[^\s]+)$", re.IGNORECASE)


def parse_profile(address: str) -> tuple[Service, str] | None:
    """The service and canonical handle that the address of a profile page names, or None when it names none."""
    found = _ADDRESS.match(_bare(address.rstrip("/ ")))
    if found is None:
        return None
    host, path = found["host"], unquote(found["path"])
    if host.lower() == "matrix.to":
        path = path.removeprefix("#/")
    if by_id := _FACEBOOK_BY_ID.match(f"{host}/{path}"):
        return "facebook", by_id[1]
    path = re.split(r"[?#]", path, maxsplit=1)[0].strip("/")
    for service, host_pattern, path_pattern in _PROFILES:
        if host_pattern.fullmatch(host) and (match := path_pattern.match(path)):
            handle = match[1]
            if service == "mastodon":
                handle = f"{handle}@{match[2] or host.removeprefix('www.')}"
            handle = canonical_handle(handle, service)
            return (service, handle) if handle else None
        if host_pattern.fullmatch(host) and service != "mastodon":
            return None
    return None


def parse_reference(text: str, *, default_service: Service) -> AccountReference:
    """The account that a person wrote: an address of a profile, `service:handle`, `user@host`, or a bare handle.

    Raises ValueError when nothing is left of the handle.
    """
    text = text.strip()
    if profile := parse_profile(text):
        return AccountReference(*profile)
    name, colon, handle = text.partition(":")
    if colon and name.lower() in SERVICES:
        named: Any = name.lower()
        return AccountReference(named, handle)
    return AccountReference(default_service, text)
