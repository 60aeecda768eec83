"""Measures on a Synapse homeserver: `read_only` is its suspension, `suspend` its lock, the lighter ones its callbacks.

Synapse does not say who suspended or locked an account. So before we do, we note it in our own account's data there,
with whether it was already so: what others put there we leave as it is when ours ends. The lighter measures put nothing
on the homeserver: it asks us at each invitation, join and message (`antispam.py`), and whether it does is tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Self

import msgspec
from django.utils.translation import gettext_noop

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    NATIVE,
    NOT_HERE,
    PAYS_NOBODY,
    Ability,
    Comment,
    Connector,
    Description,
    PermanentFailure,
    Sanction,
    Snapshot,
    UnknownAccount,
    approximated,
    impossible,
    order_of,
    reference_of,
)
from rempart.platforms.http import said
from rempart.platforms.matrix import protecting
from rempart.platforms.matrix.homeserver import ADMIN, CLIENT, Homeserver, part
from rempart.platforms.matrix.restraints import ASKED_OF_US, PROBE, PROBE_SAYS, restraints_on
from rempart.platforms.models import Platform
from rempart.records import AccountReference
from rempart.records.vocabulary import AgeStep, CommentAct, Measure, Protection

FLAGS: Mapping[Measure, str] = {"read_only": "suspended", "suspend": "locked"}
"""Which of an account's flags carries a measure out; the two are independent of each other."""

IGNORED_BY_US = "ignored"
"""The name of our note of whom we had an account ignore."""
REPORTED_NUMBERS = 50
"""How many messages of one author a report names."""


class MatrixConnector(Connector):
    """One homeserver, by its administration API."""

    kind = "matrix"
    abilities: Mapping[Measure, Ability] = {
        "no_recommendation": approximated(
            "Ici, rien n'est recommandé : le compte ne peut plus inscrire de salon dans l'annuaire public.",
            "Nobody is recommended here: the account can no longer list a room in the public directory.",
        ),
        "no_contact_with_minors": approximated(
            "Le compte ne peut plus inviter une personne mineure ou d'âge inconnu, ni écrire dans un petit "
            "salon où il s'en trouve une. Dans les grands salons, il peut toujours écrire.",
            "The account can no longer invite a minor or a person of unknown age, nor write in a small room "
            "with one in it. In large rooms it can still write.",
        ),
        "no_new_contacts": NATIVE,
        "no_live": approximated(
            "Il n'y a pas de directs ici : le compte ne peut plus commencer ni rejoindre d'appel de groupe.",
            "There are no lives here: the account can no longer start or join a group call.",
        ),
        "no_monetisation": PAYS_NOBODY,
        "read_only": NATIVE,
        "suspend": NATIVE,
    }

    protections: Mapping[Protection, Ability] = {
        "no_strangers_messages": approximated(
            "Qui n'est dans aucune conversation avec le compte ne peut plus l'inviter. Dans un salon public où il est, "
            "on peut encore lui écrire.",
            "Whoever is in no conversation with the account can no longer invite it. In a public room that it is in, "
            "people can still write to it.",
            ends_by_itself=True,
        ),
        "comment_filter": approximated(
            "Un message qui répond au compte ou le mentionne, avec une insulte ou une menace, n'est pas envoyé. Les "
            "conversations chiffrées ne sont pas lues.",
            "A message that answers the account or mentions it, with an insult or a threat, is not sent. Encrypted "
            "conversations are not read.",
            ends_by_itself=True,
        ),
        "no_live": impossible("Il n'y a pas de directs sur Matrix.", "There are no lives on Matrix."),
        "hide_follower_counts": impossible(
            "Personne n'a d'abonnés sur Matrix : il n'y a rien à cacher.",
            "Nobody has followers on Matrix: there is nothing to hide.",
        ),
        "no_duets": impossible("Il n'y a pas de duos sur Matrix.", "There are no duets on Matrix."),
    }
    age_steps: Mapping[AgeStep, Ability] = {
        "private": approximated(
            "Ici, privé veut dire : qui n'est dans aucune conversation avec le compte ne peut plus l'inviter. Son nom "
            "reste visible dans les salons où il est.",
            "Here, private means: whoever is in no conversation with the account can no longer invite it. Its name "
            "still shows in the rooms that it is in.",
            ends_by_itself=True,
        ),
        "restrict": approximated(
            "Le compte est verrouillé : personne ne peut s'y connecter. Ce qu'il a écrit reste où il l'a écrit.",
            "The account is locked: nobody can sign in to it. What it wrote stays where it was written.",
        ),
        "erase": impossible(
            "Effacer ne se défait pas : les personnes qui tiennent le serveur le font elles-mêmes.",
            "Erasing cannot be undone: the people who run the server do it themselves.",
        ),
    }
    acts: Mapping[CommentAct, Ability] = {
        "hide": approximated(
            "Ici, cacher un message à tout le monde l'efface pour toujours. Alors, à la place, tout ce qu'écrivent ses "
            "auteurs n'est plus montré au compte visé ; les autres le voient encore.",
            "Here, hiding a message from everybody erases it for good. So instead nothing that its authors write is "
            "shown to the account any more; others still see it.",
        ),
        "report": approximated(
            "Les comptes des auteurs sont signalés à l'équipe du serveur, avec les numéros des messages.",
            "The authors' accounts are reported to the people who run the server, with the numbers of the messages.",
        ),
    }

    def __init__(self, homeserver: Homeserver, name: str) -> None:
        self.homeserver, self.name = homeserver, name

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The secret is an access token of an administrator of the homeserver."""
        return cls(Homeserver.of(platform), platform.name)

    def describe(self, account: AccountReference) -> Description:
        """Its age band where the settings say that it stands, and whether it is the homeserver's staff."""
        mxid = self.homeserver.mxid(account)
        user = self.homeserver.user(mxid)
        return Description(
            reference=AccountReference("matrix", mxid, mxid),
            age_band=self.homeserver.age_band(mxid, user),
            staff=user.admin,
        )

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Suspend or lock the account, or make sure that the homeserver asks us, for the lighter measures."""
        mxid = self.homeserver.mxid(account)
        user = self.homeserver.user(mxid)
        if measure in ASKED_OF_US:
            self._ensure_asked()
            return "asked"
        flag, order = _flag(measure), order_of(key)
        note = self.homeserver.note(mxid)
        before, already = _Mine.of(note.get(flag)), getattr(user, flag)
        mine = _Mine(
            keys=sorted({order, *(before.keys if before else ())}),
            since=before.since if before else now(),
            theirs=already and (before is None or before.theirs),
        )
        if mine != before:
            # Noted before it is done: killed in between, we find that it is ours.
            self.homeserver.keep_note(mxid, note | {flag: msgspec.to_builtins(mine)})
        if not already:
            self._set(mxid, flag, True)
        return f"{flag} {order}"

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Take the flag off, unless the homeserver's own staff wants it or another order of ours still needs it."""
        if measure in ASKED_OF_US:
            return
        flag = _flag(measure)
        mxid = self.homeserver.mxid(account)
        note = self.homeserver.note(mxid)
        mine = _Mine.of(note.pop(flag, None))
        if mine is None:
            return
        others = [one for one in mine.keys if mark and mark != f"{flag} {one}"]
        if others:
            note[flag] = msgspec.to_builtins(msgspec.structs.replace(mine, keys=others))
        elif not mine.theirs and getattr(self.homeserver.user(mxid), flag) and not self._on_staff_lists(mxid):
            self._set(mxid, flag, False)
        self.homeserver.keep_note(mxid, note)

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """The account's flags with our notes, what the staff's lists say, and the lighter measures in force."""
        mxid = self.homeserver.mxid(account)
        user = self.homeserver.user(mxid)
        note = self.homeserver.note(mxid) if user.suspended or user.locked else {}
        staff = self._on_staff_lists(mxid)
        found: list[Sanction] = []
        for measure, flag in FLAGS.items():
            if getattr(user, flag):
                mine = _Mine.of(note.get(flag))
                if mine is not None and not mine.theirs and all(_about_age(one) for one in mine.keys):
                    continue  # closed since its owner may be too young: no measure
                ours = mine is not None and not mine.theirs
                found.append(Sanction(measure=measure, ours=ours, since=mine.since if mine and ours else None))
                if ours:
                    # Whom the staff lists, it wants restricted in the same way, whoever did it first.
                    found += [Sanction(measure=measure, ours=False, by=sender) for sender in staff]
        if user.shadow_banned:
            found.append(Sanction(measure=None, ours=False))
        if (lighter := restraints_on(mxid)) and self._asks_us():
            found += [Sanction(measure=measure, ours=True) for measure in sorted(lighter)]
        return found

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """The profile, rooms, newest messages, list of media, connections. Media themselves are never copied here."""
        mxid = self.homeserver.mxid(account)
        ask, who = self.homeserver.get, part(mxid)
        profile = {
            "account": ask(f"{ADMIN}/v2/users/{who}", names_account=True),
            "profile": ask(f"{CLIENT}/profile/{who}", names_account=True),
        }
        yield _json("profile.json", profile)
        memberships = ask(f"{ADMIN}/v1/users/{who}/memberships")["memberships"]
        yield _json("rooms.json", memberships)
        yield _json("media.json", ask(f"{ADMIN}/v1/users/{who}/media", {"limit": 1_000}))
        connections = {
            "connections": ask(f"{ADMIN}/v1/whois/{who}"),
            "devices": ask(f"{ADMIN}/v2/users/{who}/devices", names_account=True),
        }
        yield _json("connections.json", connections)
        if lines := [msgspec.json.encode(event) for event in self._newest_messages(mxid, memberships)]:
            yield Snapshot(name="messages.jsonl", media_type="application/jsonl", content=b"\n".join([*lines, b""]))

    def protect(self, account: AccountReference, protection: Protection, *, key: str, until: datetime) -> str:
        """Make sure that the homeserver asks us; the answers follow from what holds at that moment."""
        if protection not in protecting.KINDS:
            raise PermanentFailure(NOT_HERE)
        self.homeserver.user(self.homeserver.mxid(account))
        self._ensure_asked()
        return "asked"

    def unprotect(self, account: AccountReference, protection: Protection, *, key: str, mark: str) -> None:
        """Nothing was put there."""

    def protected(self, account: AccountReference) -> frozenset[Protection]:
        """What we answer by, where the homeserver asks us."""
        found = protecting.kinds_on(self.homeserver.mxid(account))
        return found if found and self._asks_us() else frozenset()

    def hold_for_age(self, account: AccountReference, step: AgeStep, *, key: str, until: datetime) -> str:
        """Lock the account, noted as for a measure; or make sure that the homeserver asks us before invitations."""
        if step == "restrict":
            return self.apply(account, "suspend", key=key, until=until)
        if step != "private":
            raise PermanentFailure(NOT_HERE)
        self.homeserver.user(self.homeserver.mxid(account))
        self._ensure_asked()
        return "asked"

    def release_for_age(self, account: AccountReference, step: AgeStep, *, key: str, mark: str) -> None:
        """Take our lock off, unless a measure or the homeserver's own staff still wants it."""
        if step == "restrict":
            self.lift(account, "suspend", key=key, mark=mark or f"{FLAGS['suspend']} {order_of(key)}")

    def held_for_age(self, account: AccountReference) -> frozenset[AgeStep]:
        """Whether our lock is on, and whether the homeserver asks us."""
        mxid = self.homeserver.mxid(account)
        held: set[AgeStep] = set()
        if self.homeserver.user(mxid).locked:
            mine = _Mine.of(self.homeserver.note(mxid).get(FLAGS["suspend"]))
            if mine is not None and any(_about_age(one) for one in mine.keys):
                held.add("restrict")
        if protecting.private_on([mxid]) and self._asks_us():
            held.add("private")
        return frozenset(held)

    def hide(self, account: AccountReference, comments: Sequence[Comment], *, key: str, until: datetime) -> str:
        """Have the account ignore the authors; whom its owner ignored before, we note and leave."""
        mxid = self.homeserver.mxid(account)
        ignored = self.homeserver.ignored_by(mxid)
        noted = self.homeserver.note(mxid, IGNORED_BY_US)
        ours = {author: noted.get(author, {}) for author in self._authors(comments) if author not in ignored}
        if ours:
            # Noted before it is done: killed in between, we find that it is ours.
            self.homeserver.keep_note(mxid, noted | ours, IGNORED_BY_US)
            self.homeserver.ignore(mxid, ignored | ours)
        return "ignored"

    def show(
        self,
        account: AccountReference,
        comments: Sequence[Comment],
        *,
        still: Sequence[Comment],
        key: str,
        mark: str,
    ) -> None:
        """Stop ignoring those whom only we had it ignore, unless something else that they said stays hidden."""
        mxid = self.homeserver.mxid(account)
        noted = self.homeserver.note(mxid, IGNORED_BY_US)
        over = {author for author in self._authors(comments) if author in noted} - self._authors(still)
        if over:
            ignored = self.homeserver.ignored_by(mxid)
            self.homeserver.ignore(mxid, {one: value for one, value in ignored.items() if one not in over})
            left = {one: value for one, value in noted.items() if one not in over}
            self.homeserver.keep_note(mxid, left, IGNORED_BY_US)

    def hidden(self, account: AccountReference, comments: Sequence[Comment]) -> frozenset[str]:
        """Those whose authors the account ignores."""
        ignored = self.homeserver.ignored_by(self.homeserver.mxid(account))
        return frozenset(one.number for one in comments if (one.author.id or one.author.handle) in ignored)

    def report(self, account: AccountReference, comments: Sequence[Comment], *, key: str) -> str:
        """Report each author once, as our own account, with the numbers of what they wrote."""
        mark = reference_of(key)
        told = {who for who, reason in self.homeserver.reported_by_us() if mark in reason}
        for author in sorted(self._authors(comments) - told):
            numbers = [one.number for one in comments if (one.author.id or one.author.handle) == author]
            words = f"[rempart {mark}] {len(numbers)}: {' '.join(numbers[:REPORTED_NUMBERS])}"
            try:
                self.homeserver.report(author, words)
            except UnknownAccount:
                continue
        return mark

    def _authors(self, comments: Sequence[Comment]) -> set[str]:
        return {one.author.id or one.author.handle for one in comments}

    def _newest_messages(self, mxid: str, memberships: Mapping[str, str]) -> list[dict[str, Any]]:
        """What the account sent, the newest of all rooms, oldest first. Those of encrypted rooms stay encrypted."""
        most = self.homeserver.settings.preserved_messages
        found: list[dict[str, Any]] = []
        for room, membership in memberships.items():
            if membership == "invite":
                continue
            for count, event in enumerate(self.homeserver.messages(room, mxid), start=1):
                found.append(event)
                if count >= most:
                    break
        return sorted(found, key=_sent_at)[-most:] if most else []

    def _set(self, mxid: str, flag: str, on: bool) -> None:
        (self.homeserver.suspend if flag == "suspended" else self.homeserver.lock)(mxid, on)

    def _on_staff_lists(self, mxid: str) -> list[str]:
        """Who of the homeserver's moderators put the account on a list of theirs (Matrix, Moderation policy lists)."""
        return [
            rule["sender"]
            for room in self.homeserver.settings.staff_lists
            for rule in self.homeserver.state(room, "m.policy.rule.user")
            if rule["sender"] != self.homeserver.me
            and (entity := rule["content"].get("entity"))
            and rule["content"].get("recommendation")
            and fnmatchcase(mxid, entity)
        ]

    def _ensure_asked(self) -> None:
        if not self._asks_us():
            raise PermanentFailure(
                gettext_noop(
                    "the homeserver does not ask us before invitations: add the module to its homeserver.yaml "
                    "(rempart platform synapse-files), start it again, then try again"
                )
            )

    def _asks_us(self) -> bool:
        """Whether the homeserver asks us and does as we say: an account of ours tries what we always refuse."""
        probe = f"@{PROBE}:{self.homeserver.server_name}"
        login = self.homeserver.http.post(f"{ADMIN}/v1/users/{part(probe)}/login", json={})
        if login.status_code == 404:
            self.homeserver.put(f"{ADMIN}/v2/users/{part(probe)}", {"displayname": "Rempart"})
            login = self.homeserver.http.post(f"{ADMIN}/v1/users/{part(probe)}/login", json={})
        token = said(login).json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        nowhere = part(f"!nowhere:{self.homeserver.server_name}")
        try:
            tried = self.homeserver.http.post(
                f"{CLIENT}/rooms/{nowhere}/invite", headers=headers, json={"user_id": self.homeserver.me}
            )
        finally:
            self.homeserver.http.post(f"{CLIENT}/logout", headers=headers)
        return PROBE_SAYS in tried.text


class _Mine(msgspec.Struct, kw_only=True):
    """What we note before we set a flag: the keys of the orders that need it, and since when.

    theirs: it was set before us, by the homeserver's own staff, and stays when ours ends.
    """

    keys: list[str]
    since: datetime
    theirs: bool

    @classmethod
    def of(cls, noted: Any) -> Self | None:
        """What was noted, if it was."""
        return msgspec.convert(noted, cls) if noted else None


def _about_age(key: str) -> bool:
    return key.startswith("age-")


def _flag(measure: Measure) -> str:
    flag = FLAGS.get(measure)
    if flag is None:
        raise PermanentFailure(gettext_noop("this platform cannot do that: choose another measure, or lift this one"))
    return flag


def _json(name: str, content: Any) -> Snapshot:
    return Snapshot(name=name, media_type="application/json", content=msgspec.json.encode(content))


def _sent_at(event: Mapping[str, Any]) -> int:
    return int(event.get("origin_server_ts", 0))
