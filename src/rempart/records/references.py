"""References to accounts: which service, which handle, and the one way to write both.

People write the same account as `@Leo.Vrtx`, `tiktok.com/@leo.vrtx?lang=fr` or with Cyrillic look-alikes. Every
record holds the canonical form: lower case, no `@`, no trailing punctuation, ASCII where a look-alike was used.
Canonicalising twice changes nothing.
"""

import re
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
_MATRIX = re.compile(r"@?[^\s:@]+:[^\s:@]+(?::\d+)?")
_DID = re.compile(r"did:[a-z]+:\S+", re.IGNORECASE)
_TRAILING = ".,;:!?…)]}>'\"»”’-–—*~|/\\&"
_LEADING = "@([{<'\"«“‘*~|/\\-–—"


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
            raise ValueError("handle is empty")
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
    handle = fold_lookalikes("".join(handle.split()))
    if service == "matrix":
        handle = handle.strip(_TRAILING + "([{<«“‘")
        if _MATRIX.fullmatch(handle):
            return "@" + handle.removeprefix("@").lower()
        return handle.lstrip(_LEADING).lower()
    handle = handle.strip(_TRAILING).lstrip(_LEADING)
    if service == "bluesky" and _DID.fullmatch(handle):
        # The method-specific part of a DID may be case-sensitive (DID Core 1.0, 3.1).
        scheme, method, rest = handle.split(":", 2)
        return f"{scheme.lower()}:{method.lower()}:{rest}"
    return handle.lower()


# (service, host pattern, path pattern with one group). The first that matches wins; order from precise to general.
_PROFILES: tuple[tuple[Service, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (service, re.compile(host, re.IGNORECASE), re.compile(path, re.IGNORECASE))
    for service, host, path in (
        ("tiktok", r"(?:[a-z-]+\.)?tiktok\.com", r"@([^/]+)"),
        ("snapchat", r"(?:[a-z-]+\.)?snapchat\.com", r"(?:(?:[a-z]{2}(?:-[a-z]{2})?/)?add/|@|p/|u/)([^/]+)"),
        ("instagram", r"(?:[a-z-]+\.)?(?:instagram\.com|instagr\.am|ig\.me)", r"(?:m/|stories/|_u/)?(?!(?:p|reel|reels|tv|explore|direct|accounts)(?:/|$))([^/]+)"),
        ("facebook", r"m\.me", r"([^/]+)"),
        ("facebook", r"(?:[a-z-]+\.)?(?:facebook\.com|fb\.com|fb\.me|messenger\.com)", r"(?:t/)?(?!(?:profile\.php|groups|watch|events|pages|sharer|share|hashtag|story\.php|photo|photos)(?:/|$))([^/]+)"),
        ("twitter", r"(?:[a-z-]+\.)?(?:twitter\.com|x\.com)", r"(?!(?:i|home|search|hashtag|intent|share|explore)(?:/|$))@?([^/]+)"),
        ("youtube", r"(?:[a-z-]+\.)?youtube\.com", r"(?:@|c/|user/|channel/)([^/]+)"),
        ("twitch", r"(?:[a-z-]+\.)?twitch\.tv", r"(?!(?:videos|directory|p)(?:/|$))([^/]+)"),
        ("discord", r"(?:[a-z-]+\.)?(?:discord\.com|discordapp\.com)", r"users/(\d+)"),
        ("telegram", r"(?:t\.me|telegram\.me|telegram\.dog)", r"(?!(?:joinchat|addstickers|c)(?:/|$)|\+)(?:s/)?([^/]+)"),
        ("whatsapp", r"wa\.me", r"\+?(\d+)"),
        ("bereal", r"(?:[a-z-]+\.)?(?:bere\.al|bereal\.com)", r"@?([^/]+)"),
        ("bluesky", r"(?:[a-z-]+\.)?(?:bsky\.app|bsky\.social)", r"profile/([^/]+)"),
        ("matrix", r"matrix\.to", r"(@[^/:]+:[^/]+)"),
        ("reddit", r"(?:[a-z-]+\.)?reddit\.com", r"u(?:ser)?/([^/]+)"),
        ("vsco", r"(?:[a-z-]+\.)?vsco\.co", r"([^/]+)"),
        ("kik", r"(?:[a-z-]+\.)?kik\.me", r"([^/]+)"),
        ("yubo", r"(?:[a-z-]+\.)?yubo\.live", r"(?:u/|@)?([^/]+)"),
        ("roblox", r"(?:[a-z-]+\.)?roblox\.com", r"(?:[a-z]{2}/)?users/(\d+)"),
        ("mastodon", r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", r"(?:web/)?@([^/@]+)(?:@([^/]+))?"),
    )
)
_ADDRESS = re.compile(r"^(?:https?://)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?/(?P<path>[^\s]+)$", re.IGNORECASE)


def parse_profile(address: str) -> tuple[Service, str] | None:
    """The service and canonical handle that the address of a profile page names, or None when it names none."""
    found = _ADDRESS.match(address.strip().rstrip(_TRAILING.replace("/", "")))
    if found is None:
        return None
    host, path = found["host"], unquote(found["path"])
    if host.lower() == "matrix.to":
        path = path.removeprefix("#/")
    if (page := re.match(r"profile\.php\?(?:.*&)?id=(\d+)", path)) and re.search(r"(?:facebook|fb)\.com$", host, re.IGNORECASE):
        return "facebook", page[1]
    path = re.split(r"[?#]", path, maxsplit=1)[0].strip("/")
    for service, host_pattern, path_pattern in _PROFILES:
        if host_pattern.fullmatch(host) and (match := path_pattern.match(path)):
            handle = match[1]
            if service == "mastodon":
                handle = f"{handle}@{match[2] or host}"
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
