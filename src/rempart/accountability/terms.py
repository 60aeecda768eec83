"""The rulebook in force as data (DSA Art. 14): JSON-LD that a program compares, with every sentence in both languages.

A rulebook is an ODRL policy (W3C, "ODRL Information Model 2.2"): each article an obligation of the platform, its
condition an ODRL constraint, so that thresholds can be compared without reading sentences. Names, texts, dates and
languages are schema.org's. What neither has (how grave, who decides, redress) has a term of ours, defined on the page
`/transparency/terms/`, which is also the namespace. The context is inside: reading the file asks nobody for anything.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from rempart.accountability.public import conditions, rules_told
from rempart.accountability.public.conditions import Among, Compared, Not, Several, Stated, Term, Untold, Written
from rempart.accountability.public.versions import Version
from rempart.casework.services.rulebooks import book_of
from rempart.pages.labels import words_for
from rempart.records.vocabulary import MEASURES
from rempart.rulebook import Article
from rempart.rulebook.words import MEASURES_RULE, RISKS_NAMED

LANGUAGES: tuple[str, ...] = ("fr", "en")
APPEAL_WITHIN = "P6M"
"""At least six months to complain (DSA Art. 20(1))."""

_OPERATORS = {">=": "gteq", ">": "gt", "<=": "lteq", "<": "lt", "==": "eq", "!=": "neq"}
_AS_ID = {"@type": "@id"}
_IN_LANGUAGES = {"@container": "@language"}


def context() -> dict[str, Any]:
    """The JSON-LD context of the file."""
    return {
        "@version": 1.1,
        "schema": "https://schema.org/",
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "rempart": address("accountability:public-terms") + "#",
        "name": {"@id": "schema:name", **_IN_LANGUAGES},
        "text": {"@id": "schema:text", **_IN_LANGUAGES},
        "description": {"@id": "schema:description", **_IN_LANGUAGES},
        "version": "schema:version",
        "inLanguage": "schema:inLanguage",
        "inForceFrom": {"@id": "rempart:inForceFrom", "@type": "xsd:dateTime"},
        "previous": {"@id": "schema:isBasedOn", **_AS_ID},
        "url": {"@id": "schema:url", **_AS_ID},
        "sha256": "rempart:sha256",
        "feed": {"@id": "rempart:feed", **_AS_ID},
        "assigner": {"@id": "odrl:assigner", **_AS_ID},
        "assignee": {"@id": "odrl:assignee", **_AS_ID},
        "articles": {"@id": "odrl:obligation", "@container": "@set"},
        "measure": {"@id": "odrl:action", **_AS_ID},
        "condition": {"@id": "odrl:constraint"},
        "all": {"@id": "odrl:and", "@container": "@list"},
        "any": {"@id": "odrl:or", "@container": "@list"},
        "what": {"@id": "odrl:leftOperand", **_AS_ID},
        "is": {"@id": "odrl:operator", **_AS_ID},
        "value": "odrl:rightOperand",
        "written": "rempart:written",
        "inWords": {"@id": "rempart:inWords", **_IN_LANGUAGES},
        "mode": {"@id": "rempart:mode", **_AS_ID},
        "approval": {"@id": "rempart:approval", **_AS_ID},
        "risk": {"@id": "rempart:risk", **_AS_ID},
        "lasts": {"@id": "rempart:lasts", "@type": "xsd:dayTimeDuration"},
        "renewals": "rempart:renewals",
        "reviewWithin": {"@id": "rempart:reviewWithin", "@type": "xsd:dayTimeDuration"},
        "rightOfReply": "rempart:rightOfReply",
        "conductOn": "rempart:conductOn",
        "metOn": "rempart:metOn",
        "declaredGround": "rempart:declaredGround",
        "declaredCategory": "rempart:declaredCategory",
        "declaredKeywords": "rempart:declaredKeywords",
        "measures": {"@id": "rempart:measures", "@container": "@set"},
        "redress": {"@id": "rempart:redress", "@container": "@set"},
        "within": "rempart:within",
        "free": "rempart:free",
        "law": "rempart:law",
    }


def address(name: str, *arguments: object) -> str:
    """The whole address of a page of the site."""
    return str(settings.REMPART_ADDRESS).rstrip("/") + reverse(name, args=arguments)


def terms_of(version: Version) -> dict[str, Any]:
    """A public version of the rulebook as JSON-LD."""
    stored, previous = version.stored, version.before
    book = book_of(stored)
    here = address("accountability:public-rule", stored.name, version.slug)
    platform = settings.REMPART_ADDRESS.rstrip("/") + "/"
    found: dict[str, Any] = {
        "@context": context(),
        "@id": here,
        "@type": ["odrl:Set", "schema:DigitalDocument"],
        "url": here,
        "name": {language: _label("rulebook", book.name, language) for language in LANGUAGES},
        "version": stored.version,
        "inLanguage": list(book.languages),
        "inForceFrom": stored.in_force_from.isoformat() if stored.in_force_from else None,
        "sha256": stored.digest,
        "feed": address("accountability:public-feed"),
        "assigner": platform,
        "articles": [
            article_of(article, number, here, platform) for number, article in enumerate(book.articles, start=1)
        ],
        "measures": [
            {
                "@id": f"rempart:{measure}",
                "name": {language: _label("measure", measure, language) for language in LANGUAGES},
                "description": {"fr": MEASURES_RULE["fr"][measure], "en": MEASURES_RULE["en"][measure]},
            }
            for measure in MEASURES
        ],
        "redress": list(redress()),
    }
    if previous is not None:
        found["previous"] = address("accountability:public-rule", previous.stored.name, previous.slug)
    return {key: value for key, value in found.items() if value is not None}


def article_of(article: Article, number: int, here: str, platform: str) -> dict[str, Any]:
    """An article as an obligation of the platform."""
    condition = conditions.read(article.when)
    in_words = {}
    for language in LANGUAGES:
        with translation.override(language):
            in_words[language] = [str(line) for line in conditions.lines(condition)]
    found: dict[str, Any] = {
        "@id": f"{here}#{article.id}",
        "@type": "odrl:Duty",
        "schema:position": number,
        "name": {language: " ".join(words.split()) for language, words in article.title.items()},
        "text": {language: " ".join(words.split()) for language, words in article.text.items()},
        "assignee": platform,
        "measure": f"rempart:{article.measure}",
        "mode": f"rempart:{article.mode}",
        "approval": f"rempart:{article.approval}",
        "risk": [f"rempart:{risk}" for risk in article.answers],
        "lasts": _length(article.lasts),
        "renewals": article.renewals,
        "reviewWithin": _length(article.review_within),
        "rightOfReply": article.right_of_reply,
        "conductOn": list(article.conduct_on) if article.conduct_on is not None else None,
        "metOn": list(article.met_on) if article.met_on is not None else None,
        "condition": constraint_of(condition),
        "inWords": in_words,
    }
    if article.legal is not None:
        found |= {
            "declaredGround": article.legal.ground,
            "declaredCategory": article.legal.category,
            "declaredKeywords": list(article.legal.keywords),
        }
    return {key: value for key, value in found.items() if value is not None}


def constraint_of(term: Term) -> dict[str, Any]:
    """A condition as an ODRL constraint. What ODRL cannot say is written out, what is not published is marked so."""
    match term:
        case Several(every, terms):
            key = "all" if every else "any"
            said: dict[str, Any] = {"@type": "odrl:LogicalConstraint", key: [constraint_of(one) for one in terms]}
        case Compared(name, sign, value):
            said = _constraint(name, _OPERATORS[sign], value)
        case Among(name, values):
            said = _constraint(name, "isAnyOf", list(values))
        case Not(Among(name, values)):
            said = _constraint(name, "isNoneOf", list(values))
        case Stated(name) | Not(Stated(name)):
            said = _constraint(name, "eq", isinstance(term, Stated))
        case Not(inner):
            said = {"@type": "rempart:NegatedCondition", "condition": constraint_of(inner)}
        case Written(source):
            said = {"@type": "rempart:WrittenCondition", "written": source}
        case Untold():
            said = {"@type": "rempart:UnpublishedCondition"}
    return said


def _constraint(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"@type": "odrl:Constraint", "what": f"rempart:{name}", "is": f"odrl:{operator}", "value": value}


def redress() -> Iterator[dict[str, Any]]:
    """What somebody who is restricted, or who reported in vain, can do."""
    yield {
        "@type": "rempart:Reply",
        "description": {
            "fr": "Répondre à tout moment, depuis la page qui dit la mesure ; la réponse est lue par une personne.",
            "en": "Answer at any time, from the page that tells the measure; a person reads the answer.",
        },
        "free": True,
    }
    yield {
        "@type": "rempart:InternalComplaint",
        "law": "Regulation (EU) 2022/2065, Article 20",
        "description": {
            "fr": "Faire appel auprès de nous : quelqu’un d’autre que la personne qui a décidé relit tout.",
            "en": "Appeal to us: somebody other than the person who decided reads everything again.",
        },
        "within": APPEAL_WITHIN,
        "free": True,
    }
    yield {
        "@type": "rempart:OutOfCourtDispute",
        "law": "Regulation (EU) 2022/2065, Article 21",
        "name": dict.fromkeys(LANGUAGES, settings.REMPART_OUT_OF_COURT_BODY) or None,
        "description": {
            "fr": "Demander à un organisme certifié et indépendant de régler le litige.",
            "en": "Ask a certified and independent body to settle the dispute.",
        },
        "url": settings.REMPART_OUT_OF_COURT_URL,
    }
    yield {
        "@type": "rempart:Court",
        "description": {
            "fr": "Saisir un tribunal, à tout moment.",
            "en": "Go to court, at any time.",
        },
    }


def _length(length: timedelta | None) -> str | None:
    return duration_iso_string(length) if length is not None else None


def _label(vocabulary: str, value: str, language: str) -> str:
    with translation.override(language):
        return words_for(vocabulary, value)


def written(terms: dict[str, Any]) -> tuple[bytes, str]:
    """The file and its SHA-256: keys sorted, so that the same rules are always the same bytes."""
    content = json.dumps(terms, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
    return content, hashlib.sha256(content).hexdigest()


def explained() -> list[tuple[str, list[tuple[str, str]]]]:
    """What each term of ours means, by kind, in the reader's language."""
    told = rules_told.language()
    own = [
        ("inForceFrom", _("Since when decisions are taken under it.")),
        ("sha256", _("SHA-256 of the text of the rulebook, as the ledger records it when it comes into force.")),
        ("feed", _("Where changes are announced.")),
        ("inWords", _("The condition in sentences: all of them must be true.")),
        ("written", _("A part of the condition that ODRL cannot say, as it is written (CEL).")),
        ("WrittenCondition", _("Holds such a part.")),
        ("NegatedCondition", _("What must not be true.")),
        ("UnpublishedCondition", _("A part that is not published, because it would show who spoke.")),
        ("mode", _("preventive: a precaution, no finding. final: facts are established, or the rule is met.")),
        ("approval", _("Who decides: automatic, one_reviewer or two_reviewers.")),
        ("risk", _("What the measure is there to prevent.")),
        ("lasts", _("How long the measure lasts; without it, it has no end.")),
        ("renewals", _("How many times a second person may renew it for as long again, with a reason.")),
        ("reviewWithin", _("Within what time a person looks at it again.")),
        ("rightOfReply", _("Whether the person may answer.")),
        ("conductOn", _("Services on which what happened counts; without it, any. own: the service of the account.")),
        ("metOn", _("Services on which contact has to have begun; without it, any.")),
        ("declaredGround", _("What a statement of reasons declares to the DSA Transparency Database, in its words.")),
        ("declaredCategory", _("The category declared there.")),
        ("declaredKeywords", _("The keywords declared there.")),
        ("measures", _("Every measure that there is, and what it does.")),
        ("redress", _("What one can do: Reply, InternalComplaint, OutOfCourtDispute, Court.")),
        ("within", _("Within what time, from the day one is told.")),
        ("free", _("Whether it costs nothing.")),
        ("law", _("The article of law that gives the right.")),
    ]
    return [
        (str(_("Terms")), [(name, str(words)) for name, words in own]),
        (str(_("What a condition weighs")), conditions.weighed()),
        (str(_("Measures")), [(measure, MEASURES_RULE[told][measure]) for measure in MEASURES]),
        (str(_("Risks")), [(risk, words) for risk, words in RISKS_NAMED[told].items()]),
    ]
