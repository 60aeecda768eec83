"""What the folder of evidence says of itself to whoever opens it: an officer, a lawyer, a parent. In both languages."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One comment of the folder. name: its file there; hidden_at, reported_at: when the platform did so, first."""

    name: str
    number: str
    author: str
    author_id: str
    about: str
    said_at: datetime
    collected_at: datetime
    sha256: str
    group: int
    sort: str
    hidden_at: datetime | None
    reported_at: datetime | None
    text: str

    def without_text(self) -> dict[str, Any]:
        """All but the text, which stands in its own file."""
        return {name: value for name, value in msgspec.to_builtins(self).items() if name != "text"}


_WORDS = {
    "fr": {
        "head": "Commentaires reçus par le compte {account}",
        "what": (
            "Ce dossier contient {count} commentaires reçus par ce compte, écrits par {authors} comptes entre le"
            " {first} et le {last}. Il a été constitué par Rempart pour accompagner une plainte ou un signalement. Il"
            " montre ce qui a été écrit, quand et par quel compte. Il ne dit pas qui est derrière un compte et"
            " n'établit la responsabilité de personne."
        ),
        "how": (
            "Les heures sont en temps universel (UTC). Chaque texte est dans comments/, exactement comme la plateforme"
            " l'a transmis. comments.jsonl donne pour chacun son numéro sur la plateforme, son auteur et son empreinte"
            " SHA-256."
        ),
        "sums": "Vérifier les fichiers : sha256sum -c SHA256SUMS",
        "proof": (
            "Vérifier les dates : rempart ledger check record.json --key {key} ({proved} lignes du registre ; {waiting}"
            " trop récentes pour y figurer). Le registre est public, en ajout seul, et signé : les empreintes y ont été"
            " inscrites au moment de la collecte."
        ),
        "no_proof": "Le registre n'a encore rien publié sur ce dossier : demandez-en un autre dans quelques minutes.",
        "groups": "Groupes : {copies} commentaires répètent un même texte ; {authors} viennent de comptes qui agissent"
        " ensemble ; {others} autres.",
        "done": "La plateforme en a masqué {hidden} à la demande de la personne, et {reported} lui ont été signalés.",
        "care": "Ces textes peuvent blesser. Personne n'a à les lire seul.",
        "list": "fichier | écrit le | compte | SHA-256",
    },
    "en": {
        "head": "Comments received by the account {account}",
        "what": (
            "This folder holds {count} comments received by this account, written by {authors} accounts between {first}"
            " and {last}. Rempart put it together to go with a complaint or a report. It shows what was written, when"
            " and by which account. It does not say who is behind an account and establishes nobody's responsibility."
        ),
        "how": (
            "Times are in universal time (UTC). Each text is in comments/, exactly as the platform handed it in."
            " comments.jsonl gives for each its number on the platform, its author and its SHA-256."
        ),
        "sums": "To check the files: sha256sum -c SHA256SUMS",
        "proof": (
            "To check the dates: rempart ledger check record.json --key {key} ({proved} rows of the record; {waiting}"
            " too recent to be in it). The record is public, append-only and signed: the hashes were written into it"
            " when the comments were collected."
        ),
        "no_proof": "The record has published nothing about this folder yet: ask for another in a few minutes.",
        "groups": "Groups: {copies} comments repeat one text; {authors} come from accounts that act together; {others}"
        " others.",
        "done": "The platform hid {hidden} of them as the person asked, and {reported} were reported to it.",
        "care": "These texts can hurt. Nobody has to read them alone.",
        "list": "file | written on | account | SHA-256",
    },
}


def summary(
    listed: Sequence[Listed],
    *,
    account: str,
    made_at: datetime,
    proved: int,
    waiting: int,
    key: str,
    language: str,
) -> str:
    """The summary at the top of the folder, with the list of its comments and none of their words."""
    words = _WORDS[language]
    sorts = Counter(one.sort for one in listed)
    moments = [one.said_at for one in listed]
    lines = [
        words["head"].format(account=account),
        _moment(made_at),
        "",
        words["what"].format(
            count=len(listed),
            authors=len({one.author_id or one.author for one in listed}),
            first=_moment(min(moments)),
            last=_moment(max(moments)),
        ),
        words["care"],
        "",
        words["groups"].format(copies=sorts["copies"], authors=sorts["authors"], others=sorts["others"]),
        words["done"].format(
            hidden=sum(one.hidden_at is not None for one in listed),
            reported=sum(one.reported_at is not None for one in listed),
        ),
        "",
        words["how"],
        words["sums"],
        words["proof"].format(proved=proved, waiting=waiting, key=key) if proved else words["no_proof"],
        "",
        words["list"],
        *(f"{one.name} | {_moment(one.said_at)} | {_plain(one.author)} | {one.sha256}" for one in listed),
    ]
    return "\n".join(lines) + "\n"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _plain(name: str) -> str:
    """A name on one line, whatever somebody put into it."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)
