"""Measures on a wiki: blocks by Rempart's own account, which the wiki itself ends; those of its administrators stay."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Self

from django.utils.translation import gettext_noop

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    NATIVE,
    PAYS_NOBODY,
    Ability,
    Connector,
    Description,
    PermanentFailure,
    Sanction,
    Snapshot,
    Support,
    TemporaryFailure,
    UnknownAccount,
    approximated,
    impossible,
    reference_of,
)
from rempart.platforms.http import client
from rempart.platforms.mediawiki.api import Api, Said
from rempart.platforms.mediawiki.blocks import Block, Entry, parameters
from rempart.platforms.mediawiki.settings import MediaWikiSettings
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.platforms.settings import settings_of
from rempart.records import AccountReference
from rempart.records.vocabulary import CommentAct, Measure, Protection

STAFF = frozenset({"sysop", "bureaucrat", "interface-admin", "steward", "suppress", "checkuser"})
"""Groups whose members look after the wiki."""

AT_ONCE = 50
"""Edits asked for at once, which every account may."""


class MediaWikiConnector(Connector):
    """One wiki, as an account of its own group sees it."""

    kind = "mediawiki"
    abilities: Mapping[Measure, Ability] = {
        "no_recommendation": impossible("Un wiki ne recommande personne.", "A wiki recommends nobody."),
        "no_contact_with_minors": approximated(
            "Ce wiki ne connaît l'âge de personne : le compte ne peut plus écrire à qui que ce soit, ni sur sa "
            "page de discussion, ni par courriel.",
            "This wiki knows nobody's age: the account can no longer write to anybody, neither on their talk "
            "page nor by e-mail.",
            as_measure="no_new_contacts",
            ends_by_itself=True,
        ),
        "no_new_contacts": approximated(
            "Le compte ne peut plus écrire sur la page de discussion de quelqu'un d'autre ni lui envoyer de "
            "courriel par le wiki, même pour répondre. Il peut toujours écrire dans les articles, et sur sa "
            "propre page.",
            "The account can no longer write on anybody else's talk page nor send them e-mail through the "
            "wiki, not even to answer. It can still write in articles, and on its own page.",
            ends_by_itself=True,
        ),
        "no_live": impossible("Il n'y a pas de directs sur un wiki.", "There are no lives on a wiki."),
        "no_monetisation": PAYS_NOBODY,
        "read_only": replace(NATIVE, ends_by_itself=True),
        "suspend": approximated(
            "Le compte ne peut plus rien écrire, pas même sur sa propre page, ni envoyer de courriel. On peut "
            "toujours s'y connecter et lire : un wiki n'empêche personne de lire.",
            "The account can no longer write anything, not even on its own page, nor send e-mail. One can "
            "still sign in and read: a wiki keeps nobody from reading.",
            as_measure="read_only",
            ends_by_itself=True,
        ),
    }

    protections: Mapping[Protection, Ability] = {
        "no_strangers_messages": impossible(
            "Sur un wiki, une page de discussion est ouverte à tous. Le courriel se règle dans Préférences.",
            "On a wiki, a talk page is open to everybody. E-mail is set in Preferences.",
        ),
        "comment_filter": impossible(
            "Le wiki filtre pour tout le monde ou pour personne : ses administrateurs en décident.",
            "The wiki filters for everybody or for nobody: its administrators decide that.",
        ),
        "no_live": impossible("Il n'y a pas de directs sur un wiki.", "There are no lives on a wiki."),
        "hide_follower_counts": impossible("Personne n'a d'abonnés sur un wiki.", "Nobody has followers on a wiki."),
        "no_duets": impossible("Il n'y a pas de duos sur un wiki.", "There are no duets on a wiki."),
    }
    acts: Mapping[CommentAct, Ability] = {
        "hide": impossible(
            "Rempart n'a sur ce wiki que le droit de bloquer : masquer une version revient à ses administrateurs.",
            "Rempart may only block on this wiki: hiding a revision is for its administrators.",
        ),
        "report": impossible(
            "Un wiki n'a pas de signalements : ses administrateurs se lisent sur une page publique.",
            "A wiki has no reports: its administrators are written to on a public page.",
        ),
    }

    def __init__(self, api: Api, settings: MediaWikiSettings) -> None:
        self.api, self.settings = api, settings

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The secret is a bot password of Rempart's account."""
        settings, password = settings_of(platform, MediaWikiSettings), secret_of(platform)
        if not password:
            raise PermanentFailure(gettext_noop("secret: a bot password of Rempart's account on the wiki"))
        return cls(Api(client(platform), settings.username, password), settings)

    def describe(self, account: AccountReference) -> Description:
        """Its number and name, and whether it is one of those who look after the wiki."""
        user = self._user(account)
        handle = user["name"].replace(" ", "_")
        reference = AccountReference(account.service, handle, str(user["userid"]))
        return Description(reference=reference, staff=bool(STAFF & set(user["groups"])))

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Block the account, or make our block carry this as well."""
        ability = self.abilities[measure]
        if ability.support is Support.IMPOSSIBLE:
            raise PermanentFailure(ability.how["en"])
        user = self._user(account)
        block = self._block(user)
        if block and not block.ours:
            raise PermanentFailure(
                gettext_noop("somebody else blocked this account, and a wiki keeps one block an account: talk to them")
            )
        # A wiki counts in seconds.
        entry = Entry(measure=measure, reference=reference_of(key), until=until and until.replace(microsecond=0))
        before = block.entries if block else ()
        if entry not in before:
            others = [one for one in before if one.measure != measure]
            self._place(user, [*others, entry], again=block is not None)
        return entry.reference

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Take the measure out of our block, and the block off when it carries nothing else."""
        user = self._user(account)
        block = self._block(user)
        if block is None or not block.ours:
            return
        if mark and any(one.measure == measure and one.reference != mark for one in block.entries):
            return  # a later order's
        rest = [
            one
            for one in block.entries
            if self._amounts_to(one.measure) != self._amounts_to(measure) and (one.until is None or one.until > now())
        ]
        if rest and len(rest) < len(block.entries):
            self._place(user, rest, again=True)
        elif not rest:
            try:
                self.api.do("unblock", user=f"#{user['userid']}")
            except Said as error:
                if error.code != "cantunblock":  # it ended meanwhile
                    raise

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """What our block carries, or the block of somebody else as the measure that it comes to."""
        block = self._block(self._user(account))
        if block is None:
            return []
        if not block.ours:
            return [Sanction(measure=block.amounts_to, ours=False, by=block.by, since=block.since, until=block.until)]
        return [
            Sanction(measure=entry.measure, ours=True, by=block.by, since=block.since, until=entry.until)
            for entry in block.entries
        ]

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """The account's row, its newest edits with their text, what the wiki's logs say that it did."""
        user = self._user(account)
        block = self.api.query(list="blocks", bkusers=user["name"], bkprop=_BLOCK)["query"]["blocks"]
        yield _snapshot("account", {"user": user, "blocks": block})
        edits = self.api.rows(
            "usercontribs", ucuserids=str(user["userid"]), uclimit="max", ucprop="ids|title|timestamp"
        )
        newest = [edit["revid"] for edit in islice(edits, self.settings.preserved_revisions)]
        for number, start in enumerate(range(0, len(newest), AT_ONCE), 1):
            some = newest[start : start + AT_ONCE]
            revisions = self.api.query(
                prop="revisions",
                revids="|".join(map(str, some)),
                rvprop="ids|timestamp|user|userid|comment|content|sha1",
                rvslots="main",
            )
            yield _snapshot(f"edits-{number}", revisions["query"])
        entries = self.api.rows("logevents", leuser=user["name"], lelimit="max")
        if log := list(islice(entries, self.settings.preserved_log_entries)):
            yield _snapshot("log", log)

    def _amounts_to(self, measure: Measure) -> Measure:
        return self.abilities[measure].as_measure or measure

    def _user(self, account: AccountReference) -> dict[str, Any]:
        """The account's row, by its number where that is known: names change."""
        which = {"ususerids": account.id} if account.id else {"ususers": account.handle}
        (user,) = self.api.query(list="users", usprop="groups|registration|editcount", **which)["query"]["users"]
        if user.get("missing") or user.get("invalid"):
            raise UnknownAccount(gettext_noop("the platform has no such account"))
        found: dict[str, Any] = user
        return found

    def _block(self, user: Mapping[str, Any]) -> Block | None:
        rows = self.api.query(list="blocks", bkusers=user["name"], bkprop=_BLOCK)["query"]["blocks"]
        return Block.read(rows[0], account=self.settings.account) if rows else None

    def _place(self, user: Mapping[str, Any], entries: Sequence[Entry], *, again: bool) -> None:
        over = {"reblock": "1"} if again else {}
        try:
            self.api.do("block", user=f"#{user['userid']}", **parameters(entries), **over)
        except Said as error:
            if error.code == "alreadyblocked":
                raise TemporaryFailure(gettext_noop("somebody else blocked this account at the same time")) from error
            raise


_BLOCK = "id|user|userid|by|byid|timestamp|expiry|reason|flags|restrictions"


def _snapshot(name: str, content: object) -> Snapshot:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return Snapshot(name=f"{name}.json", media_type="application/json", content=text.encode())
