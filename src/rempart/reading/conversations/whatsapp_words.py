"""What WhatsApp itself writes into its text exports, in French and in English, told from what people write.

iOS puts an invisible mark before most of its own words (U+200E), which people seldom type, and gives its notices a
sender as if they were messages. So words that could be anybody's (« Marie left ») are a notice only behind that mark,
or where they have no sender, as on Android.
"""

import re
from typing import NamedTuple

MARK = "\u200e"
# Nothing but what holds one of these can be WhatsApp's own: most messages are looked at no further.
_MAY_BE_ITS_OWN = re.compile(
    f"[{MARK}<(]|omitted|absent|omis|deleted|supprim|encrypted|messages to this|chiffr|envoy[ée]s dans|call|appel",
    re.IGNORECASE,
)
INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# A medium alone on its line. Behind the mark, after the name of a document at most (« plan.pdf • 3 pages document
# omitted »), and in words that somebody could also have typed.
_LEFT_OUT = re.compile(
    r"(?:image|video|audio|sticker|gif|document|contact card) omitted"
    r"|(?:image|vid[ée]o|fiche contact) (?:absente|omise)|(?:audio|sticker|gif|document) (?:absent|omis)"
    r"|<[^<>\n]{1,60} (?:omitted|omise?s?|absente?s?)>",
    re.IGNORECASE,
)
_LEFT_OUT_BEHIND_MARK = re.compile(
    r"(?:[^\n]{1,200} [•·] [^\n]{0,40})?"
    r"(?:image|photo|vid[ée]o|audio|sticker|autocollant|gif|document|(?:fiche )?contact"
    r"|video note|voice message|note vid[ée]o|message vocal)s?"
    r" (?:omitted|absente?s?|omise?s?|retir[ée]e?s?|manquante?s?)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\S[^\n]* \((?:file attached|fichier joint)\)", re.IGNORECASE)
_ATTACHED = re.compile(r" ?<(?:attached|pi[èe]ce jointe) ?: [^<>\n]+>", re.IGNORECASE)
_EDITED = re.compile(r"\s*<(?:this message was edited|ce message a [ée]t[ée] modifi[ée])>$", re.IGNORECASE)
_GONE = re.compile(
    r"(?:this message was deleted(?: by admin [^\n]+)?|ce message a [ée]t[ée] supprim[ée](?: par [^\n]+)?)\.?",
    re.IGNORECASE,
)
_GONE_BY_OWNER = re.compile(r"(?:you deleted this message|vous avez supprim[ée] ce message)\.?", re.IGNORECASE)
_ENCRYPTED = re.compile(
    r"(?:messages and calls are end-to-end encrypted|messages to this (?:chat|group) and calls"
    r"|les messages et (?:les )?appels sont chiffr[ée]s|les messages envoy[ée]s dans cette discussion)",
    re.IGNORECASE,
)
_MISSED_CALL = re.compile(r"missed (?:voice|video) call\.?|appel (?:vocal|vid[ée]o) manqu[ée]\.?", re.IGNORECASE)
_CALL_BEHIND_MARK = re.compile(
    r"(?:missed |group )*(?:voice|video) call\b|appel (?:de groupe|vocal|vid[ée]o)\b", re.IGNORECASE
)
_DEED = re.compile(
    r"\b(?:created (?:this )?group|added|removed|left|joined|changed|turned (?:on|off)|security code|now an admin"
    r"|a cr[ée][ée] (?:ce|le) groupe|ajout[ée]\b|ajout[ée]\(|retir[ée]|quitt[ée]|rejoint|a (?:chang[ée]|modifi[ée])"
    r"|avez (?:chang[ée]|modifi[ée]|cr[ée][ée])|code de s[ée]curit[ée]|(?:d[ée]s)?activ[ée]|administrateur)",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:poll|sondage) ?:|(?:location|localisation|position) ?: https?:", re.IGNORECASE)
_QUOTES = re.compile('[«»“”"]')


class Said(NamedTuple):
    """What stands in one message: the words of whoever sent it, and what WhatsApp says about them."""

    text: str | None = None
    media: bool = False
    edited: bool = False
    deleted: bool = False
    by_owner: bool = False
    call: bool = False
    notice: bool = False
    doubtful: bool = False  # behind WhatsApp's mark, and nothing that is known here


def said(marked: str) -> Said:
    """What stands after a sender, its invisible marks still in it."""
    plain = (marked if marked.isascii() else INVISIBLE.sub("", marked)).strip()
    if not _MAY_BE_ITS_OWN.search(marked):
        return Said(plain or None)
    if _GONE.fullmatch(plain) or _GONE_BY_OWNER.fullmatch(plain):
        return Said(deleted=True, by_owner=_GONE_BY_OWNER.fullmatch(plain) is not None)
    if _ENCRYPTED.match(plain):
        return Said(notice=True)
    behind_mark = marked.lstrip().startswith(MARK)
    if _MISSED_CALL.fullmatch(plain) or (behind_mark and _CALL_BEHIND_MARK.match(plain)):
        return Said(call=True)
    text = _EDITED.sub("", plain)
    edited = text != plain
    kept: list[str] = []
    media = False
    for line in text.split("\n"):
        bare = _ATTACHED.sub("", line)
        left_out = _LEFT_OUT.fullmatch(line.strip()) or (behind_mark and _LEFT_OUT_BEHIND_MARK.fullmatch(line.strip()))
        if left_out or _NAMED.fullmatch(line.strip()):
            media = True
            continue
        media = media or bare != line
        if bare.strip() or bare == line:
            kept.append(bare)
    if behind_mark and not media and not _ASKED.match(plain):
        return Said(notice=True) if _DEED.search(plain) else Said(text or None, edited=edited, doubtful=True)
    return Said("\n".join(kept).strip() or None, media=media, edited=edited)


def is_notice(sender: str) -> bool:
    """Whether what stands before a colon is no name but the start of a notice that holds one.

    « Marie a créé le groupe « Famille : été » » says who did what, and names stand in quotation marks there.
    """
    return _QUOTES.search(sender) is not None and _DEED.search(sender) is not None
