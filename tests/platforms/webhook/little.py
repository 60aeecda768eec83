"""A little platform of one's own: it keeps state, really restricts, and obeys commands that were verified."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from rempart.ledger.clock import now
from rempart.platforms.webhook.settings import ASKED
from rempart.records import AccountReference

WORDS = {"fr": "Votre compte ne peut plus rien publier.", "en": "Your account can no longer publish anything."}
# What this platform does for each measure: most things itself, one by its own clock, one as another, one not at all.
ABILITIES: dict[str, dict[str, Any]] = {
    **{measure: {"support": "native"} for measure in ASKED},
    "suspend": {"support": "native", "ends_by_itself": True},
    "no_live": {"support": "approximated", "as": "read_only", "how": WORDS},
    "no_monetisation": {
        "support": "impossible",
        "how": {"fr": "Personne n'est payé ici.", "en": "Nobody is paid here."},
    },
}
# What it does for people looked after: one by its own clock, one as something else, the others not.
PROTECTIONS: dict[str, dict[str, Any]] = {
    "no_strangers_messages": {"support": "native", "ends_by_itself": True},
    "hide_follower_counts": {
        "support": "approximated",
        "how": {"fr": "Les abonnés sont cachés, pas les « j'aime ».", "en": "Followers are hidden, likes are not."},
    },
}
# What it does about accounts whose owners may be too young.
AGES: dict[str, dict[str, Any]] = {step: {"support": "native"} for step in ("private", "restrict", "erase")}
COMMENTS: dict[str, dict[str, Any]] = {"hide": {"support": "native"}, "report": {"support": "native"}}


@dataclass
class Account:
    """An account of the little platform; `restrictions`: by mark."""

    id: str
    handle: str
    restrictions: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: list[str] = field(default_factory=list)
    protections: dict[str, str] = field(default_factory=dict)
    age_steps: dict[str, str] = field(default_factory=dict)

    def in_force(self) -> dict[str, dict[str, Any]]:
        """What holds now: this platform takes off by itself what has an end."""
        return {
            mark: one
            for mark, one in self.restrictions.items()
            if one["until"] is None or datetime.fromisoformat(one["until"]) > now()
        }


class Refused(Exception):
    """The status and the error of an answer that is no success."""


@dataclass
class LittlePlatform:
    """The platform's state. `broken`: the status, headers and body with which it answers instead of obeying.

    falls_over_after: commands that it carries out, once, without managing to say so. cannot: measures it does not do.
    """

    secret: str
    address: str = ""
    accounts: list[Account] = field(default_factory=list)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    commands: list[tuple[str, str]] = field(default_factory=list)
    falls_over_after: set[str] = field(default_factory=set)
    broken: tuple[int, dict[str, str], bytes] | None = None
    cannot: frozenset[str] = frozenset({"no_monetisation"})
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    hidden: set[str] = field(default_factory=set)
    reported: list[str] = field(default_factory=list)

    def new_account(self) -> AccountReference:
        """Somebody signs up."""
        number = next(self.numbers)
        self.accounts.append(Account(id=f"{9000 + number}", handle=f"nova.{number}", posts=["Bonjour !", "À demain"]))
        return AccountReference("other", f"nova.{number}", f"{9000 + number}")

    def account(self, wanted: dict[str, Any]) -> Account:
        """By id where one is given, else by handle."""
        for account in self.accounts:
            if account.id == wanted["id"] if wanted.get("id") else account.handle == wanted["handle"]:
                return account
        raise Refused(404, "unknown_account")

    def may_publish(self, reference: AccountReference) -> bool:
        """What the person meets when they try."""
        account = self.account({"id": reference.id, "handle": reference.handle})
        return not any(one["measure"] in {"suspend", "read_only"} for one in account.in_force().values())

    def may_write_first(self, reference: AccountReference) -> bool:
        """What they meet when they write to somebody new."""
        account = self.account({"id": reference.id, "handle": reference.handle})
        return not account.in_force()

    def restrict_as_staff(self, reference: AccountReference) -> None:
        """The platform's own people act."""
        account = self.account({"id": reference.id, "handle": reference.handle})
        account.restrictions["staff-1"] = {"measure": "suspend", "ours": False, "by": "safety desk", "until": None}

    def obey(self, uid: str, command: str, data: dict[str, Any]) -> dict[str, Any]:
        """Carry a verified command out; one that was seen before is answered as it was."""
        self.commands.append((command, uid))
        if uid not in self.seen:
            self.seen[uid] = getattr(self, command.replace(".", "_"))(**data)
            if command in self.falls_over_after:
                self.falls_over_after.remove(command)
                raise Refused(503, "")
        return self.seen[uid]

    def measure_apply(self, account: dict[str, Any], measure: str, until: str | None) -> dict[str, Any]:
        found = self.account(account)
        if measure in self.cannot:
            raise Refused(422, "unsupported")
        self._take_off(found, measure)
        mark = f"r{next(self.numbers)}"
        found.restrictions[mark] = {"measure": measure, "ours": True, "by": "Rempart", "until": until}
        return {"mark": mark}

    def measure_lift(self, account: dict[str, Any], measure: str, mark: str) -> dict[str, Any]:
        self._take_off(self.account(account), measure)
        return {}

    def _take_off(self, account: Account, measure: str) -> None:
        """What Rempart put there for a measure, and nothing else."""
        for mark, one in list(account.restrictions.items()):
            if one["ours"] and one["measure"] == measure:
                del account.restrictions[mark]

    def protection_apply(self, account: dict[str, Any], protection: str, until: str) -> dict[str, Any]:
        if protection not in PROTECTIONS:
            raise Refused(422, "unsupported")
        self.account(account).protections[protection] = until
        return {"mark": f"p{next(self.numbers)}"}

    def protection_lift(self, account: dict[str, Any], protection: str, mark: str) -> dict[str, Any]:
        self.account(account).protections.pop(protection, None)
        return {}

    def protection_observe(self, account: dict[str, Any]) -> dict[str, Any]:
        held = self.account(account).protections.items()
        return {"protections": [one for one, until in held if datetime.fromisoformat(until) > now()]}

    def age_apply(self, account: dict[str, Any], step: str, until: str) -> dict[str, Any]:
        self.account(account).age_steps[step] = until
        return {"mark": f"a{next(self.numbers)}"}

    def age_lift(self, account: dict[str, Any], step: str, mark: str) -> dict[str, Any]:
        self.account(account).age_steps.pop(step, None)
        return {}

    def age_observe(self, account: dict[str, Any]) -> dict[str, Any]:
        return {"steps": list(self.account(account).age_steps)}

    def age_erase(self, account: dict[str, Any]) -> dict[str, Any]:
        self.account(account).posts.clear()
        return {"mark": f"e{next(self.numbers)}"}

    def comments_hide(self, account: dict[str, Any], comments: list[dict[str, Any]], until: str) -> dict[str, Any]:
        self.account(account)
        self.hidden |= {one["number"] for one in comments}
        return {"mark": f"h{next(self.numbers)}"}

    def comments_show(self, account: dict[str, Any], comments: list[dict[str, Any]], mark: str) -> dict[str, Any]:
        self.hidden -= {one["number"] for one in comments}
        return {}

    def comments_observe(self, account: dict[str, Any], comments: list[dict[str, Any]]) -> dict[str, Any]:
        return {"hidden": sorted(self.hidden & {one["number"] for one in comments})}

    def comments_report(self, account: dict[str, Any], comments: list[dict[str, Any]]) -> dict[str, Any]:
        self.reported += [one["number"] for one in comments]
        return {"mark": f"r{next(self.numbers)}"}

    def account_describe(self, account: dict[str, Any]) -> dict[str, Any]:
        found = self.account(account)
        return {"id": found.id, "handle": found.handle, "reach": 120_000, "age_band": "16_17", "country": "FR"}

    def account_observe(self, account: dict[str, Any]) -> dict[str, Any]:
        return {"sanctions": list(self.account(account).in_force().values())}

    def account_preserve(self, account: dict[str, Any], after: str | None) -> dict[str, Any]:
        found = self.account(account)
        if after is None:
            profile = json.dumps({"id": found.id, "handle": found.handle})
            copy = {"name": "profile.json", "media_type": "application/json", "text": profile}
            return {"copies": [copy], "next": "0" if found.posts else None}
        place = int(after)
        copy = {"name": f"post-{place}.txt", "media_type": "text/plain", "text": found.posts[place]}
        return {"copies": [copy], "next": str(place + 1) if place + 1 < len(found.posts) else None}
