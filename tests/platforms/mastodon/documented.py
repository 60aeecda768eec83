"""A server that answers as Mastodon's documentation says its API does, as far as the connector asks.

No Mastodon server can be installed from the package registries, so this stands in for one: requests and answers are
real HTTP, through Mastodon.py, and the entities are those documented at docs.joinmastodon.org (admin/accounts,
accounts, Admin::Account, Account, Relationship, Status; since 4.0). What a real server does beside that is not shown.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rempart.records import AccountReference
from serving import Answers, serving

HOST = "mastodon.example"
MODERATOR, STRANGER = "token-of-rempart", "token-of-somebody"
FLAGS = {"silence": "silenced", "disable": "disabled", "suspend": "suspended", "sensitive": "sensitized"}
UNDOES = {"unsilence": "silenced", "enable": "disabled", "unsuspend": "suspended", "unsensitive": "sensitized"}
AT = "2026-05-08T18:21:56.870Z"


@dataclass
class Account:
    """An account as the server keeps it. strikes: the moderation actions taken against it, with their fields."""

    id: str
    username: str
    domain: str | None = None
    permissions: int = 1 << 16
    flags: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS.values(), False))
    strikes: list[dict[str, str]] = field(default_factory=list)
    note: str = ""
    posts: list[str] = field(default_factory=list)


@dataclass
class Documented:
    """The server's state. broken: the status and headers with which it answers instead."""

    address: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    broken: tuple[int, dict[str, str], bytes] | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    reports: list[dict[str, str]] = field(default_factory=list)

    def new_account(self) -> AccountReference:
        """Somebody joins."""
        number = next(self.numbers)
        account = Account(id=f"{109_000_000_000_000_000 + number}", username=f"nova{number}")
        account.posts = [f"Publication {place}" for place in range(3)]
        self.accounts[account.id] = account
        return AccountReference("mastodon", f"{account.username}@{HOST}", account.id)

    def may_post(self, reference: AccountReference) -> bool:
        """What the documentation says of accounts that are frozen or suspended."""
        flags = self.accounts[reference.id or ""].flags
        return not (flags["disabled"] or flags["suspended"])

    def moderate(self, reference: AccountReference, action: str) -> None:
        """The server's own moderators act."""
        self.accounts[reference.id or ""].flags[FLAGS[action]] = True

    def account(self, one: Account) -> dict[str, Any]:
        """The entity Account."""
        acct = one.username if one.domain is None else f"{one.username}@{one.domain}"
        return {
            "id": one.id,
            "username": one.username,
            "acct": acct,
            "display_name": one.username.title(),
            "locked": False,
            "bot": False,
            "created_at": AT,
            "note": "<p>Bonjour</p>",
            "url": f"https://{HOST}/@{acct}",
            "followers_count": 120_000,
            "following_count": 3,
            "statuses_count": len(one.posts),
            "emojis": [],
            "fields": [],
        }

    def admin_account(self, one: Account) -> dict[str, Any]:
        """The entity Admin::Account."""
        role = {"id": "-99", "name": "", "color": "", "permissions": str(one.permissions), "highlighted": False}
        return {
            "id": one.id,
            "username": one.username,
            "domain": one.domain,
            "created_at": AT,
            "email": f"{one.username}@{HOST}",
            "ip": None,
            "role": role,
            "confirmed": True,
            **one.flags,
            "approved": True,
            "locale": "fr",
            "invite_request": None,
            "ips": [],
            "account": self.account(one),
        }

    def answer(self, method: str, path: str, asked: dict[str, str], token: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body of an answer."""
        if token not in {MODERATOR, STRANGER}:
            return 401, {}, {"error": "The access token is invalid"}
        for pattern, verb, allowed, reply in self._routes():
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                if allowed == MODERATOR and token != MODERATOR:
                    return 403, {}, {"error": "This action is not allowed"}
                if "number" in found.groupdict() and found["number"] not in self.accounts:
                    return 404, {}, {"error": "Record not found"}
                return reply(asked, **found.groupdict())
        return 404, {}, {"error": "Endpoint not found"}

    def _routes(self) -> list[tuple[str, str, str, Callable[..., tuple[int, dict[str, str], Any]]]]:
        one = r"(?P<number>\d+)"
        return [
            (r"/api/v1/accounts/lookup", "GET", STRANGER, self._lookup),
            (r"/api/v1/accounts/relationships", "GET", STRANGER, self._relationships),
            (rf"/api/v1/accounts/{one}/note", "POST", STRANGER, self._note),
            (rf"/api/v1/accounts/{one}/statuses", "GET", STRANGER, self._statuses),
            (r"/api/v1/accounts/verify_credentials", "GET", STRANGER, self._verify),
            (r"/api/v1/reports/?", "POST", STRANGER, self._report),
            (r"/api/v1/admin/reports", "GET", MODERATOR, self._admin_reports),
            (rf"/api/v1/admin/accounts/{one}", "GET", MODERATOR, self._admin),
            (rf"/api/v1/admin/accounts/{one}/action", "POST", MODERATOR, self._action),
            (rf"/api/v1/admin/accounts/{one}/(?P<undoes>{'|'.join(UNDOES)})", "POST", MODERATOR, self._undo),
        ]

    def _verify(self, _asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        return 200, {}, self.account(Account(id="1", username="rempart"))

    def _report(self, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        self.reports.append(asked)
        return 200, {}, {"id": str(len(self.reports)), "comment": asked["comment"]}

    def _admin_reports(self, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        about = [one for one in self.reports if one["account_id"] == asked["target_account_id"]]
        return 200, {}, [] if asked.get("resolved") else [{"id": "1", "comment": one["comment"]} for one in about]

    def _lookup(self, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        for one in self.accounts.values():
            if self.account(one)["acct"] == asked["acct"]:
                return 200, {}, self.account(one)
        return 404, {}, {"error": "Record not found"}

    def _relationships(self, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        one = self.accounts.get(asked.get("id[]") or asked["id"])
        return 200, {}, [{"id": one.id, "following": False, "note": one.note}] if one else []

    def _note(self, asked: dict[str, str], number: str) -> tuple[int, dict[str, str], Any]:
        self.accounts[number].note = asked.get("comment", "")
        return 200, {}, {"id": number, "following": False, "note": self.accounts[number].note}

    def _statuses(self, asked: dict[str, str], number: str) -> tuple[int, dict[str, str], Any]:
        one = self.accounts[number]
        limit = min(int(asked.get("limit", 20)), 2)  # a server may give fewer than asked
        before = int(asked.get("max_id", len(one.posts)))
        places = list(range(before - 1, -1, -1))[:limit]
        page = [{"id": str(place), "created_at": AT, "content": one.posts[place]} for place in places]
        link = f'<{self.address}/api/v1/accounts/{number}/statuses?max_id={places[-1]}>; rel="next"' if places else ""
        return 200, {"Link": link} if link else {}, page

    def _admin(self, _asked: dict[str, str], number: str) -> tuple[int, dict[str, str], Any]:
        return 200, {}, self.admin_account(self.accounts[number])

    def _action(self, asked: dict[str, str], number: str) -> tuple[int, dict[str, str], Any]:
        self.accounts[number].strikes.append(asked)
        self.accounts[number].flags[FLAGS[asked["type"]]] = True
        return 200, {}, {}

    def _undo(self, _asked: dict[str, str], number: str, undoes: str) -> tuple[int, dict[str, str], Any]:
        self.accounts[number].flags[UNDOES[undoes]] = False
        return 200, {}, self.admin_account(self.accounts[number])


@contextmanager
def listening() -> Iterator[Documented]:
    """The server, on this machine."""
    mine = Documented()

    class Handler(Answers):
        def do_GET(self) -> None:
            self.reply("GET", parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            self.reply("POST", parse_qs(self.body().decode(), keep_blank_values=True))

        def reply(self, method: str, asked: dict[str, list[str]]) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            first = {name: ",".join(values) for name, values in asked.items()}
            status, headers, said = mine.broken or mine.answer(method, urlsplit(self.path).path, first, token)
            self.answer(status, said, headers)

    with serving(Handler) as mine.address:
        yield mine
