"""Synapse's APIs, as far as we use them: one method a request, typed answers, failures as platforms' failures."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import quote

import msgspec
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure, UnknownAccount
from rempart.platforms.http import PlatformClient, client, said
from rempart.platforms.matrix.settings import MatrixSettings, matrix_settings
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.records import AccountReference

AGE_BANDS = frozenset({"under_13", "13_15", "16_17", "18_plus"})
ADMIN, CLIENT = "/_synapse/admin", "/_matrix/client/v3"
PAGE = 100
IGNORED = "m.ignored_user_list"


def part(text: str) -> str:
    """A text as one part of a path: an account's name may hold `/../`, which must not lead to another's."""
    return quote(text, safe="")


class User(msgspec.Struct, kw_only=True):
    """What the homeserver knows of an account of its own."""

    name: str
    admin: bool = False
    deactivated: bool = False
    suspended: bool = False
    locked: bool = False
    shadow_banned: bool = False
    user_type: str | None = None
    creation_ts: int | None = None


class Homeserver:
    """One Synapse, spoken to as its administrator."""

    def __init__(self, http: PlatformClient, *, server_name: str, settings: MatrixSettings) -> None:
        self.http, self.server_name, self.settings = http, server_name, settings

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """Raises PermanentFailure when a setting is missing or wrong."""
        settings, token = matrix_settings(platform), secret_of(platform)
        if not token:
            raise PermanentFailure(gettext_noop("secret: an access token of an administrator of the homeserver"))
        http = client(platform, headers={"authorization": f"Bearer {token}"})
        return cls(http, server_name=platform.hosts[0], settings=settings)

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, names_account: bool = False) -> Any:
        """What a GET answers, decoded."""
        return said(self.http.get(path, params=query), names_account=names_account).json()

    def put(self, path: str, body: Mapping[str, Any], *, names_account: bool = False) -> Any:
        """What a PUT answers, decoded."""
        return said(self.http.put(path, json=body), names_account=names_account).json()

    def mxid(self, account: AccountReference) -> str:
        """The account's id, which never changes. Raises UnknownAccount when it is not of this homeserver."""
        mxid = account.id or account.handle
        localpart, colon, host = mxid.partition(":")
        if account.service != "matrix" or not colon or localpart[:1] != "@" or host != self.server_name:
            raise UnknownAccount(gettext_noop("the account lives on another server"))
        return mxid

    def user(self, mxid: str) -> User:
        """The account. Raises UnknownAccount when there is none, or no more."""
        found = self.get(f"{ADMIN}/v2/users/{part(mxid)}", names_account=True)
        user = msgspec.convert(found, User)
        if user.deactivated:
            raise UnknownAccount(gettext_noop("the account was deactivated on the homeserver, for good"))
        return user

    def suspend(self, mxid: str, on: bool) -> None:
        """Let the account read and sign in, and neither send, invite, join nor change its profile; or let it again."""
        self.put(f"{ADMIN}/v1/suspend/{part(mxid)}", {"suspend": on}, names_account=True)

    def lock(self, mxid: str, on: bool) -> None:
        """Keep the account out of everything, its sessions included, which go on as they were once unlocked."""
        # This request would make an account that is not there: `user` was asked before.
        self.put(f"{ADMIN}/v2/users/{part(mxid)}", {"locked": on}, names_account=True)

    @cached_property
    def me(self) -> str:
        """The id of the administrator's account that we use."""
        return str(self.get(f"{CLIENT}/account/whoami")["user_id"])

    def note(self, mxid: str, about: str = "measures") -> dict[str, Any]:
        """What we noted of an account, in our own account's data, which nobody else reads or writes."""
        answer = self.http.get(self._note(mxid, about))
        if answer.status_code == 404:
            return {}
        found: dict[str, Any] = said(answer).json()
        return found

    def keep_note(self, mxid: str, note: Mapping[str, Any], about: str = "measures") -> None:
        """Replace what we noted of an account."""
        self.put(self._note(mxid, about), note)

    def _note(self, mxid: str, about: str) -> str:
        return f"{CLIENT}/user/{part(self.me)}/account_data/{part(f'org.rempart.{about}.{mxid}')}"

    def age_band(self, mxid: str, user: User | None = None) -> str | None:
        """How old the homeserver says that the account's owner is; None where it does not say."""
        source, _, name = self.settings.age.partition(":")
        if not source or not mxid.endswith(f":{self.server_name}"):
            return None
        try:
            value = self._age(source, name, mxid, user)
        except UnknownAccount:
            return None
        return value if isinstance(value, str) and value in AGE_BANDS else None

    def _age(self, source: str, name: str, mxid: str, user: User | None) -> Any:
        if source == "user_type":
            return (user or self.user(mxid)).user_type
        if source == "account_data":
            data = self.get(f"{ADMIN}/v1/users/{part(mxid)}/accountdata", names_account=True)
            return (data["account_data"]["global"].get(name) or {}).get("age_band")
        return self.get(f"{CLIENT}/profile/{part(mxid)}", names_account=True).get(name)

    def is_local(self, mxid: str) -> bool:
        """Whether an account is one of this homeserver's."""
        return mxid.endswith(f":{self.server_name}")

    def rooms(self, mxid: str) -> set[str]:
        """The rooms that an account of this homeserver is in; none for one that is not there."""
        answer = self.http.get(f"{ADMIN}/v1/users/{part(mxid)}/joined_rooms")
        return set() if answer.status_code == 404 else set(said(answer).json()["joined_rooms"])

    def joined(self, room: str) -> set[str]:
        """Who is in a room, invited ones left out."""
        answer = self.http.get(f"{ADMIN}/v1/rooms/{part(room)}/members")
        return set() if answer.status_code == 404 else set(said(answer).json()["members"])

    def ignored_by(self, mxid: str) -> dict[str, Any]:
        """Whom an account ignores (Client-Server API, `m.ignored_user_list`), as its client keeps it."""
        data = self.get(f"{ADMIN}/v1/users/{part(mxid)}/accountdata", names_account=True)
        found = (data["account_data"]["global"].get(IGNORED) or {}).get("ignored_users")
        return dict(found) if isinstance(found, dict) else {}

    def ignore(self, mxid: str, people: Mapping[str, Any]) -> None:
        """Set whom an account ignores, in its own name, as its owner asked us to.

        Signed in as them for that one request, without making a device (Synapse, Admin API, Login as a user).
        """
        login = said(self.http.post(f"{ADMIN}/v1/users/{part(mxid)}/login", json={}), names_account=True)
        headers = {"authorization": f"Bearer {login.json()['access_token']}"}
        try:
            address = f"{CLIENT}/user/{part(mxid)}/account_data/{IGNORED}"
            said(self.http.put(address, json={"ignored_users": people}, headers=headers))
        finally:
            self.http.post(f"{CLIENT}/logout", headers=headers)

    def reported_by_us(self) -> set[tuple[str, str]]:
        """Whom our own account reported, and with which words."""
        found: set[tuple[str, str]] = set()
        start = 0
        while True:
            asked = {"user_id": self.me, "limit": PAGE, "from": start}
            page = self.get(f"{ADMIN}/v1/user_reports", asked)
            found |= {(one["target_user_id"], one["reason"]) for one in page["user_reports"]}
            start = page.get("next_token", 0)
            if not start:
                return found

    def report(self, mxid: str, reason: str) -> None:
        """Report an account to the homeserver's moderators, as our own account."""
        said(self.http.post(f"{CLIENT}/users/{part(mxid)}/report", json={"reason": reason}), names_account=True)

    def people(self, room: str) -> set[str]:
        """Who is in a room or invited to it; nobody when there is no such room."""
        answer = self.http.get(f"{ADMIN}/v1/rooms/{part(room)}/state", params={"type": "m.room.member"})
        if answer.status_code == 404:
            return set()
        state = said(answer).json()["state"]
        return {
            event["state_key"]
            for event in state
            if event["type"] == "m.room.member" and event["content"].get("membership") in {"join", "invite"}
        }

    def state(self, room: str, kind: str) -> list[dict[str, Any]]:
        """The events of this type that make a room's state."""
        found = self.get(f"{ADMIN}/v1/rooms/{part(room)}/state", {"type": kind})["state"]
        return [event for event in found if event["type"] == kind]

    def messages(self, room: str, sender: str) -> Iterator[dict[str, Any]]:
        """What an account sent in a room, newest first."""
        wanted = json.dumps({"senders": [sender], "not_types": ["m.room.create"], "lazy_load_members": True})
        asked = {"dir": "b", "limit": str(PAGE), "filter": wanted}
        while True:
            page = self.get(f"{ADMIN}/v1/rooms/{part(room)}/messages", asked)
            yield from page["chunk"]
            if not page["chunk"] or "end" not in page:
                return
            asked["from"] = page["end"]


def moment(milliseconds: int) -> datetime:
    """A time as Matrix gives it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
