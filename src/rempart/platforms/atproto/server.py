"""A personal data server through its API (XRPC), as its administrator: accounts, takedowns, copies.

Methods and errors as in the lexicons com.atproto.admin, com.atproto.identity, com.atproto.repo and com.atproto.sync
(https://github.com/bluesky-social/atproto/tree/main/lexicons).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

import httpx
import msgspec
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.http import client, said
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.records import AccountReference

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
PAGE = 100  # the most that com.atproto.repo.listRecords gives at once
# https://atproto.com/specs/handle
_HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_NO_SUCH = frozenset({"NotFound", "AccountNotFound", "HandleNotFound", "RepoNotFound", "RecordNotFound"})

Answer = TypeVar("Answer", bound=msgspec.Struct)


class SubjectStatus(msgspec.Struct, frozen=True):
    """What com.atproto.admin.getSubjectStatus says of an account."""

    class Attribute(msgspec.Struct, frozen=True):
        """com.atproto.admin.defs#statusAttr."""

        applied: bool = False
        ref: str = ""

    takedown: Attribute = Attribute()
    deactivated: Attribute = Attribute()


class AccountInfo(msgspec.Struct, frozen=True):
    """The part that we keep of com.atproto.admin.defs#accountView: neither the address of e-mail nor invitations."""

    did: str
    handle: str
    indexedAt: str = ""  # noqa: N815 – the lexicon's name
    deactivatedAt: str | None = None  # noqa: N815


class DataServer:
    """One personal data server. Every call raises TemporaryFailure or PermanentFailure."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The server of a platform, with its administrator's password."""
        secret = secret_of(platform)
        if not secret:
            raise PermanentFailure(gettext_noop("secret: the server's administrator password is needed"))
        return cls(client(platform, auth=httpx.BasicAuth("admin", secret)))

    def did_of(self, account: AccountReference) -> str:
        """The account's DID: its id, or the one that its handle stands for now. Raises UnknownAccount."""
        for known in (account.id or "", account.handle):
            if known.startswith("did:"):
                return known
        if not _HANDLE.fullmatch(account.handle):
            raise _unknown()
        found = self.query("com.atproto.identity.resolveHandle", {"handle": account.handle})
        return str(found.get("did", ""))

    def account(self, did: str) -> AccountInfo:
        """What the server knows of one of its accounts. Raises UnknownAccount when it is hosted elsewhere."""
        return _read(self.query("com.atproto.admin.getAccountInfo", {"did": did}), AccountInfo)

    def status(self, did: str) -> SubjectStatus:
        """Whether the account is taken down or deactivated. Raises UnknownAccount."""
        return _read(self.query("com.atproto.admin.getSubjectStatus", {"did": did}), SubjectStatus)

    def take_down(self, did: str, ref: str) -> None:
        """Take the account down under a reference."""
        self._set_takedown(did, {"applied": True, "ref": ref})

    def restore(self, did: str) -> None:
        """Take the takedown off."""
        self._set_takedown(did, {"applied": False})

    def _set_takedown(self, did: str, takedown: Mapping[str, Any]) -> None:
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": did}
        self.procedure("com.atproto.admin.updateSubjectStatus", {"subject": subject, "takedown": takedown})

    def newest_records(self, did: str, collection: str, most: int) -> Iterator[dict[str, Any]]:
        """The newest records of a collection, at most so many; none of an account that is taken down."""
        cursor: str | None = None
        while most > 0:
            asked = {"repo": did, "collection": collection, "limit": min(most, PAGE)}
            page = self.query("com.atproto.repo.listRecords", asked | ({"cursor": cursor} if cursor else {}))
            records = page.get("records", [])
            yield from records
            most -= len(records)
            cursor = page.get("cursor")
            if not cursor or not records:
                return

    def repository(self, did: str, most: int) -> bytes | None:
        """The account's repository as a CAR file, signed by its key; None when it is larger than `most` bytes."""
        found = bytearray()
        with self.http.stream("GET", "/xrpc/com.atproto.sync.getRepo", params={"did": did}) as response:
            if not response.is_success:
                response.read()
                checked(response)
            try:
                for chunk in response.iter_bytes():
                    found += chunk
                    if len(found) > most:
                        return None
            except httpx.TransportError as error:
                raise TemporaryFailure(gettext_noop("the platform cannot be reached")) from error
        return bytes(found)

    def query(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call a query. Raises UnknownAccount when the server says that there is no such account or record."""
        return _answer(self.http.get(f"/xrpc/{method}", params=params))

    def procedure(self, method: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Call a procedure."""
        return _answer(self.http.post(f"/xrpc/{method}", json=data))


def _answer(response: httpx.Response) -> dict[str, Any]:
    return read_object(checked(response))


def read_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, {} for an empty one. Raises PermanentFailure for anything else."""
    try:
        found = response.json() if response.content else {}
    except ValueError as error:
        raise _not_as_promised() from error
    if not isinstance(found, dict):
        raise _not_as_promised()
    return found


def checked(response: httpx.Response) -> httpx.Response:
    """XRPC answers 400 for most of what is wrong, with a word that says what."""
    if response.status_code == 400 and error_of(response) in _NO_SUCH:
        raise _unknown()
    return said(response)


def _unknown() -> UnknownAccount:
    return UnknownAccount(gettext_noop("the platform has no such account"))


def error_of(response: httpx.Response) -> str:
    """The word by which XRPC says what was wrong; empty where it says none."""
    try:
        found = response.json()
    except ValueError:
        return ""
    return str(found.get("error", "")) if isinstance(found, dict) else ""


def _read(found: Mapping[str, Any], kind: type[Answer]) -> Answer:
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise _not_as_promised() from error


def _not_as_promised() -> PermanentFailure:
    return PermanentFailure(gettext_noop("the platform's answer is not what its API promises"))
