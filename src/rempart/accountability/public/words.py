"""The words for what the public page counts: one for each name of `counts.py`, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import words_for

WHOLES: Mapping[str, "str | Promise"] = {
    "received": _("Messages received about an account"),
    "accounts": _("Accounts spoken of"),
    "restrained": _("Accounts restricted for the first time"),
    "measures": _("Measures begun"),
    "decisions": _("Decisions taken"),
    "ended": _("Restrictions that ended"),
    "appeals_filed": _("Appeals filed"),
    "appeals_answered": _("Appeals answered"),
    "outcomes": _("Answers given to cases"),
    "statements": _("Explanations sent to the person restricted"),
}
_PARTS: Mapping[str, "str | Promise"] = {
    "received.testimony": _("people to whom it happened"),
    "received.relay": _("people who say what happened to somebody else"),
    "received.dispute": _("people who dispute what is said"),
    "received.minor": _("about somebody who was under 18"),
    "received.adult": _("about somebody who was 18 or over"),
    "received.not_said": _("age not said"),
    "accounts.restrained": _("restricted, now or before"),
    "accounts.waiting": _("a person has still to look"),
    "accounts.watched": _("watched, nothing restricted"),
    "accounts.looked_at": _("a person looked and restricted nothing"),
    "accounts.campaign": _("not restricted: it looks like a coordinated campaign"),
    "accounts.too_little": _("not restricted: too little is known, or no rule speaks of it"),
    "accounts.taken_back": _("not restricted: everything said was taken back or found unfounded"),
    "accounts.elsewhere": _("not an account of this service"),
    "restrained.under_6h": _("within 6 hours of the first testimony"),
    "restrained.under_24h": _("from 6 to 24 hours"),
    "restrained.under_72h": _("from 1 to 3 days"),
    "restrained.under_7d": _("from 3 to 7 days"),
    "restrained.longer": _("after more than 7 days"),
    "restrained.not_timed": _("time not known"),
    "measures.preventive": _("as a precaution"),
    "measures.final": _("as a final decision"),
    "decisions.automatic": _("by a program alone; a person looks again when asked"),
    "decisions.one_reviewer": _("by one person"),
    "decisions.two_reviewers": _("by two people"),
    "ended.end": _("their end was reached"),
    "ended.review": _("a person looked again and lifted them"),
    "ended.appeal": _("an appeal was upheld"),
    "ended.reply": _("the person answered"),
    "ended.link": _("the account was not the right one"),
    "ended.replaced": _("something lighter took their place"),
    "appeals_filed.respondent": _("by the person restricted"),
    "appeals_filed.complainant": _("by somebody who reported"),
    "appeals_filed.reporter": _("by somebody who may no longer report"),
    "appeals_answered.upheld": _("upheld: we were wrong"),
    "appeals_answered.rejected": _("rejected: the decision stands"),
}
_VOCABULARIES = {"received": "channel", "measures": "measure", "outcomes": "outcome"}


def name_of(name: str) -> str:
    """The words for a count: `received`, `received.form`."""
    whole, _dot, part = name.partition(".")
    if not part:
        return str(WHOLES.get(name, name))
    if name in _PARTS:
        return str(_PARTS[name])
    return words_for(_VOCABULARIES[whole], part) if whole in _VOCABULARIES else part
