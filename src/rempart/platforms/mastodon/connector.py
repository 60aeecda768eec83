"""Measures on a Mastodon server, by its moderation API: `silence` (limit) and `disable` (freeze), taken back whole.

Never `suspend`: Mastodon then cuts follows from other servers for good and deletes everything after thirty days, and no
preventive measure may destroy anything.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext_noop
from mastodon import Mastodon

from rempart.platforms.connector import (
    NATIVE,
    PAYS_NOBODY,
    Ability,
    Comment,
    Connector,
    Description,
    PermanentFailure,
    Sanction,
    Snapshot,
    TemporaryFailure,
    UnknownAccount,
    approximated,
    impossible,
    reference_of,
)
from rempart.platforms.mastodon import notes
from rempart.platforms.mastodon.server import failures, server_of
from rempart.platforms.mastodon.settings import MastodonSettings, mastodon_settings
from rempart.platforms.models import Platform
from rempart.records import AccountReference
from rempart.records.vocabulary import CommentAct, Measure, Protection

FLAGS: Mapping[Measure, str] = {
    "no_recommendation": "silenced",
    "no_contact_with_minors": "silenced",
    "no_new_contacts": "silenced",
    "read_only": "disabled",
    "suspend": "disabled",
}
"""Which of an account's flags carries a measure out."""

ACTIONS = {"silenced": "silence", "disabled": "disable"}
AMOUNTS: Mapping[str, Measure | None] = {
    "silenced": "no_recommendation",
    "disabled": "suspend",
    "suspended": "suspend",
    "sensitized": None,
}
"""What each flag comes to on the ladder, whoever set it."""

WORDS = "Précaution, personne n'a décidé d'une faute · A precaution, no finding of fault"
INVITES = 1 << 16  # what everybody may do, among the permissions of a role
PAGE = 40

_HIDDEN = approximated(
    "Le serveur ne connaît l'âge de personne et n'empêche pas d'écrire : le compte est limité. Ses messages à qui ne "
    "le suit pas n'arrivent, sauf réglage contraire, que dans les notifications filtrées.",
    "The server knows nobody's age and keeps nobody from writing: the account is limited. Its messages to people who "
    "do not follow it arrive, unless they set otherwise, in their filtered notifications only.",
    as_measure="no_recommendation",
)


class MastodonConnector(Connector):
    """One Mastodon server (4.0 or later), as a moderator's account of Rempart sees it."""

    kind = "mastodon"
    abilities: Mapping[Measure, Ability] = {
        "no_recommendation": approximated(
            "Le compte est limité : seules les personnes qui le suivent voient encore ce qu'il publie, et la "
            "recherche ne le propose plus. Les autres serveurs le montrent comme avant.",
            "The account is limited: only people who follow it still see what it posts, and nobody is led to "
            "it. Other servers show it as before.",
        ),
        "no_contact_with_minors": _HIDDEN,
        "no_new_contacts": _HIDDEN,
        "no_live": impossible("Il n'y a pas de directs sur Mastodon.", "There are no lives on Mastodon."),
        "no_monetisation": PAYS_NOBODY,
        "read_only": approximated(
            "Le compte est gelé : on ne peut plus s'en servir, même pour lire. Rien n'est supprimé ; ce qui "
            "était publié reste visible.",
            "The account is frozen: it cannot be used any more, not even to read. Nothing is deleted; what was "
            "posted stays visible.",
            as_measure="suspend",
        ),
        "suspend": approximated(
            "Le compte est gelé : on ne peut plus s'en servir. Rien n'est supprimé ; ce qui était publié reste "
            "visible.",
            "The account is frozen: it cannot be used any more. Nothing is deleted; what was posted stays visible.",
        ),
    }

    protections: Mapping[Protection, Ability] = {
        "no_strangers_messages": impossible(
            "Seul le compte lui-même peut le régler : Notifications, puis Filtrer les mentions privées d'inconnus.",
            "Only the account itself can set it: Notifications, then filter private mentions by strangers.",
        ),
        "comment_filter": impossible(
            "Seul le compte lui-même peut le régler : Préférences, puis Filtres.",
            "Only the account itself can set it: Preferences, then Filters.",
        ),
        "no_live": impossible("Il n'y a pas de directs sur Mastodon.", "There are no lives on Mastodon."),
        "hide_follower_counts": impossible(
            "Seul le compte lui-même peut cacher la liste de ses abonnés : Préférences, puis Profil public.",
            "Only the account itself can hide the list of its followers: Preferences, then Public profile.",
        ),
        "no_duets": impossible(
            "Seul le compte lui-même peut régler qui le cite : Préférences, puis Publication.",
            "Only the account itself can set who may quote it: Preferences, then Posting defaults.",
        ),
    }
    acts: Mapping[CommentAct, Ability] = {
        "hide": impossible(
            "Un serveur Mastodon ne sait cacher une réponse qu'en la supprimant : le compte peut masquer les auteurs.",
            "A Mastodon server can hide a reply only by deleting it: the account can mute the authors.",
        ),
        "report": NATIVE,
    }

    def __init__(self, server: Mastodon, host: str, settings: MastodonSettings) -> None:
        self.server, self.host, self.settings = server, host, settings

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The secret is an access token of an account whose role may manage users and reports."""
        settings = mastodon_settings(platform)
        return cls(server_of(platform), platform.hosts[0], settings)

    def describe(self, account: AccountReference) -> Description:
        """Its number, its followers, and whether its role may do more than everybody's."""
        found = self._account(account)
        return Description(
            reference=AccountReference(account.service, f"{found['username']}@{self.host}", str(found["id"])),
            reach=found["account"]["followers_count"],
            staff=bool(int((found["role"] or {}).get("permissions", 0)) & ~INVITES),
        )

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Limit or freeze the account, once it is noted that it is we who do."""
        if measure not in FLAGS:
            raise PermanentFailure(self.abilities[measure].how["en"])
        found = self._account(account)
        number, flag = found["id"], FLAGS[measure]
        note = self._note(number)
        entries = notes.read(note)
        if found[flag] and not any(entry.flag == flag for entry in entries):
            raise TemporaryFailure(gettext_noop("somebody else restricted this account at the same time"))
        entry = notes.Entry(flag=flag, measure=measure, reference=reference_of(key))
        with failures(self.server, names_account=True):
            if entry not in entries:
                others = [one for one in entries if one.measure != measure]
                # Noted before it is done: killed in between, we find that it is ours.
                self.server.account_note_set(number, notes.written(note, [*others, entry]))
            if not found[flag]:
                # "false" is a word here: Mastodon.py leaves a False out, and the server then writes to the person.
                self.server.admin_account_moderate(
                    number,
                    action=ACTIONS[flag],
                    text=WORDS,
                    send_email_notification="false",
                )
        return f"{flag} {entry.reference}"

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Take the flag off if it is ours, then strike what we noted of it."""
        flag = FLAGS.get(measure)
        if flag is None:
            return
        found = self._account(account)
        number = found["id"]
        note = self._note(number)
        entries = notes.read(note)
        if mark and any(one.measure == measure and mark != f"{flag} {one.reference}" for one in entries):
            return  # a later order's
        rest = [entry for entry in entries if entry.flag != flag]
        if len(rest) == len(entries):
            return
        with failures(self.server, names_account=True):
            if found[flag] and flag == "silenced":
                self.server.admin_account_unsilence(number)
            elif found[flag]:
                self.server.admin_account_enable(number)
            self.server.account_note_set(number, notes.written(note, rest))

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """The account's flags: for those that we set, the measures noted; for others, what they come to."""
        found = self._account(account)
        flags = [flag for flag in AMOUNTS if found.get(flag)]
        entries = notes.read(self._note(found["id"])) if flags else ()
        sanctions: list[Sanction] = []
        for flag in flags:
            ours = dict.fromkeys(entry.measure for entry in entries if entry.flag == flag)
            sanctions += [Sanction(measure=measure, ours=True) for measure in ours]
            if not ours:
                sanctions.append(Sanction(measure=AMOUNTS[flag], ours=False))
        return sanctions

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """What the moderation API shows of the account, its sign-in addresses included, and its newest posts.

        Posts to named people only are not shown to a moderator, so they are not here.
        """
        found = self._account(account)
        yield _snapshot("account", found)
        kept, number = 0, 0
        with failures(self.server, names_account=True):
            page: Any = self.server.account_statuses(found["id"], limit=PAGE) if self.settings.preserved_posts else None
        while page:
            number += 1
            yield _snapshot(f"posts-{number}", page[: self.settings.preserved_posts - kept])
            kept += len(page)
            if kept >= self.settings.preserved_posts:
                return
            with failures(self.server, names_account=True):
                page = self.server.fetch_next(page)

    def report(self, account: AccountReference, comments: Sequence[Comment], *, key: str) -> str:
        """One report for each author, with the posts, as our own account; what carries our mark is not repeated."""
        mark = reference_of(key)
        by_author = self._by_author(comments)
        with failures(self.server):
            me = self.server.account_verify_credentials()["id"]
        for number, theirs in by_author.items():
            with failures(self.server, names_account=True):
                made = [
                    one
                    for resolved in (False, True)
                    for one in self.server.admin_reports(resolved=resolved, account_id=me, target_account_id=number)
                ]
                if not any(mark in (one["comment"] or "") for one in made):
                    words = f"{notes.REPORTED} [rempart {mark}]"
                    self.server.report(number, status_ids=[one.number for one in theirs], comment=words)
        return mark

    def _by_author(self, comments: Sequence[Comment]) -> dict[str, list[Comment]]:
        """The comments of each author, by their number here; whom the server does not know is left out."""
        found: dict[str, list[Comment]] = {}
        for one in comments:
            try:
                with failures(self.server, names_account=True):
                    number = one.author.id or str(self.server.account_lookup(one.author.handle)["id"])
            except UnknownAccount:
                continue
            found.setdefault(number, []).append(one)
        return found

    def _account(self, account: AccountReference) -> dict[str, Any]:
        """What the moderation API says of an account of this server, by its number where that is known."""
        name, _, host = account.handle.partition("@")
        if account.id is None and host not in {"", self.host}:
            raise UnknownAccount(gettext_noop("the account lives on another server"))
        with failures(self.server, names_account=True):
            number = account.id or self.server.account_lookup(name)["id"]
            found: dict[str, Any] = self.server.admin_account(number)
        if found["domain"] is not None:
            raise UnknownAccount(gettext_noop("the account lives on another server"))
        return found

    def _note(self, number: object) -> str:
        """Our own account's private note about an account."""
        with failures(self.server, names_account=True):
            relations = self.server.account_relationships(number, with_suspended=True)
        return str(relations[0]["note"] or "") if relations else ""


def _snapshot(name: str, content: object) -> Snapshot:
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    return Snapshot(name=f"{name}.json", media_type="application/json", content=text.encode())
