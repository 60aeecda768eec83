"""Measures on a personal data server: a takedown for the heavy ones, labels of ours for what labels can say.

A takedown carries a reference that its author chose, so ours are told from those of the server's own staff. One that is
there before us stays theirs: nothing is written over it, and ending ours does not end it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

import msgspec
from django.utils.translation import gettext_noop

from rempart.platforms.atproto import labels
from rempart.platforms.atproto.ozone import NOT_OURS, Ozone
from rempart.platforms.atproto.server import POST, PROFILE, DataServer
from rempart.platforms.atproto.settings import AtprotoSettings, atproto_settings
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
    UnknownAccount,
    approximated,
    impossible,
    order_of,
)
from rempart.platforms.models import Platform
from rempart.records import AccountReference
from rempart.records.vocabulary import CommentAct, Measure, Protection

OURS = "rempart:"
"""What the reference of a takedown of ours begins with."""
TAKEDOWNS: tuple[Measure, ...] = ("read_only", "suspend")

_PUBLIC = {
    "fr": (
        "Cette étiquette est publique et ne dit pas pourquoi ; les applications qui suivent nos étiquettes décident "
        "de ce qu'elles en font, et rien n'est empêché sur le serveur."
    ),
    "en": (
        "This label is public and does not say why; the apps that follow our labels decide what they do with it, and "
        "nothing is prevented on the server."
    ),
}


class AtprotoConnector(Connector):
    """One personal data server, by its administration API; through its Ozone where the settings name one."""

    kind = "atproto"
    abilities: Mapping[Measure, Ability] = {
        "no_recommendation": approximated(
            f"Une étiquette demande de ne pas recommander le compte. {_PUBLIC['fr']}",
            f"A label asks not to recommend the account. {_PUBLIC['en']}",
            ends_by_itself=True,
        ),
        "no_contact_with_minors": approximated(
            f"Une étiquette demande de limiter les contacts du compte. {_PUBLIC['fr']}",
            f"A label asks to limit the account's contacts. {_PUBLIC['en']}",
            ends_by_itself=True,
        ),
        "no_new_contacts": approximated(
            f"Une étiquette demande que le compte n'écrive en premier à personne. {_PUBLIC['fr']}",
            f"A label asks that the account write first to nobody. {_PUBLIC['en']}",
            ends_by_itself=True,
        ),
        "no_live": impossible(
            "Ce réseau ne porte pas de directs : il n'y a rien à arrêter.",
            "This network carries no lives: there is nothing to stop.",
        ),
        "no_monetisation": PAYS_NOBODY,
        "read_only": approximated(
            "Ce serveur ne sait pas empêcher d'écrire sans suspendre : le compte est suspendu, et ce qu'il a "
            "publié ne se voit plus jusqu'à la fin de la mesure.",
            "This server cannot keep an account from writing without suspending it: the account is suspended, "
            "and what it published is not shown until the measure ends.",
            as_measure="suspend",
        ),
        "suspend": NATIVE,
    }

    protections: Mapping[Protection, Ability] = {
        "no_strangers_messages": impossible(
            "Seul le compte lui-même peut le régler : dans l'application, Messages, puis Réglages.",
            "Only the account itself can set it: in the app, Chat, then Settings.",
        ),
        "comment_filter": impossible(
            "Seul le compte lui-même peut le régler : dans l'application, Modération, puis Mots masqués.",
            "Only the account itself can set it: in the app, Moderation, then Muted words.",
        ),
        "no_live": impossible("Ce réseau ne porte pas de directs.", "This network carries no lives."),
        "hide_follower_counts": impossible(
            "Ce réseau est public : chaque application compte elle-même.",
            "This network is public: every app counts for itself.",
        ),
        "no_duets": impossible(
            "Seul le compte lui-même peut le régler : sous chaque publication, qui peut la citer.",
            "Only the account itself can set it: under each post, who may quote it.",
        ),
    }
    acts: Mapping[CommentAct, Ability] = {
        "hide": impossible(
            "Seul le compte lui-même peut masquer une réponse sous ses publications, dans l'application.",
            "Only the account itself can hide a reply under its posts, in the app.",
        ),
        "report": impossible(
            "Un signalement part d'un compte : Rempart n'en a pas sur ce réseau.",
            "A report comes from an account: Rempart has none on this network.",
        ),
    }

    def __init__(self, platform: Platform, settings: AtprotoSettings, server: DataServer, ozone: Ozone | None) -> None:
        self.platform, self.settings, self.server, self.ozone = platform, settings, server, ozone
        self.abilities = _abilities(settings)

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The secret is the server's administrator password."""
        settings = atproto_settings(platform)
        ozone = Ozone.of(platform, settings.ozone) if settings.ozone else None
        return cls(platform, settings, DataServer.of(platform), ozone)

    def describe(self, account: AccountReference) -> Description:
        """Its DID and its handle of today: a server knows neither reach, nor age, nor country."""
        known = self.server.account(self.server.did_of(account))
        return Description(reference=AccountReference("bluesky", known.handle, known.did))

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Take the account down under our reference, or publish the label."""
        did = self.server.account(self.server.did_of(account)).did
        if measure in labels.VALUES:
            self._ensure_labels(measure)
            return labels.publish(self.platform, did, measure, key=key, until=until)
        _ensure_takedown(measure)
        takedown = self.server.status(did).takedown
        if self.ozone:
            return self.ozone.take_down(did, key=key, until=until)
        ref = f"{OURS}{order_of(key)}"
        if takedown.applied and not takedown.ref.startswith(OURS):
            return NOT_OURS
        if not takedown.applied or takedown.ref != ref:
            self.server.take_down(did, ref)
        return ref

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Restore the account if it is still taken down under that very reference; or withdraw the label."""
        try:
            did = self.server.account(self.server.did_of(account)).did
        except UnknownAccount:
            return
        if measure in labels.VALUES:
            labels.withdraw(self.platform, did, measure, key=key, mark=mark)
            return
        _ensure_takedown(measure)
        if self.ozone:
            self.ozone.restore(did, mark=mark)
            return
        takedown = self.server.status(did).takedown
        if takedown.applied and takedown.ref == mark and mark.startswith(OURS):
            self.server.restore(did)

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """The takedown in force, whoever put it there, and our labels."""
        did = self.server.account(self.server.did_of(account)).did
        takedown = self.server.status(did).takedown
        found = labels.in_force(self.platform, did)
        if takedown.applied:
            ours = takedown.ref.startswith(OURS)
            sanction = Sanction(measure="suspend", ours=ours, by=takedown.ref)
            found.append(self.ozone.told_apart(did, sanction) if self.ozone and not ours else sanction)
        return found

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """What the server knows of the account, its profile, its newest posts, and its whole signed repository.

        The newest posts are readable without tools of the protocol; an account that is taken down already shows none,
        and its repository holds them all the same.
        """
        known = self.server.account(self.server.did_of(account))
        yield Snapshot(
            name="account.json",
            media_type="application/json",
            content=msgspec.json.format(msgspec.json.encode(known)),
        )
        for name, collection, most in (
            ("profile.jsonl", PROFILE, 1),
            ("posts.jsonl", POST, self.settings.preserved_records),
        ):
            if found := self._readable(known.did, collection, most):
                yield Snapshot(name=name, media_type="application/jsonl", content=found)
        repository = self.server.repository(known.did, self.settings.preserved_bytes)
        if repository is not None:
            yield Snapshot(name="repository.car", media_type="application/vnd.ipld.car", content=repository)

    def _readable(self, did: str, collection: str, most: int) -> bytes:
        if self.server.status(did).takedown.applied:
            return b""
        return b"".join(
            msgspec.json.encode(record) + b"\n" for record in self.server.newest_records(did, collection, most)
        )

    def _ensure_labels(self, measure: Measure) -> None:
        if self.abilities[measure].support is Support.IMPOSSIBLE:
            raise PermanentFailure(gettext_noop("settings: labels are not published for this platform (`labels`)"))


def _ensure_takedown(measure: Measure) -> None:
    if measure not in TAKEDOWNS:
        raise PermanentFailure(gettext_noop("the platform cannot carry out this measure"))


def _abilities(settings: AtprotoSettings) -> Mapping[Measure, Ability]:
    """What this server does as it is set up: no labels unless they are published, ends of its own with an Ozone."""
    found = dict(AtprotoConnector.abilities)
    if not settings.labels:
        for measure in labels.VALUES:
            found[measure] = impossible(
                "Ce serveur n'a rien pour cette mesure, et aucune étiquette n'est publiée.",
                "This server has nothing for this measure, and no label is published.",
            )
    if settings.ozone:
        for measure in TAKEDOWNS:
            found[measure] = replace(found[measure], ends_by_itself=True)
    return found
