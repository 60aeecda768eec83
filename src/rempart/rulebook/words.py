"""The words in which measures, approvals, dates and durations are told to the public, in French and English."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from rempart.records.vocabulary import Approval, Measure
from rempart.rulebook.article import Risk, ScopedService

Language = Literal["fr", "en"]

MEASURES_DONE: dict[Language, dict[Measure, str]] = {
    "fr": {
        "watch": "votre compte fonctionne comme d'habitude, et une personne de l'équipe y fait plus attention",
        "no_recommendation": "vos publications ne sont plus proposées aux personnes qui ne vous suivent pas",
        "no_contact_with_minors": "votre compte ne peut plus échanger avec des personnes de moins de 18 ans",
        "no_new_contacts": "votre compte ne peut plus écrire en premier à quelqu'un",
        "no_live": "votre compte ne peut plus passer en direct",
        "no_monetisation": "vos gains sont mis de côté ; ils ne sont pas perdus",
        "read_only": "votre compte peut lire, mais ne peut ni publier, ni écrire, ni effacer",
        "suspend": "votre compte est suspendu",
    },
    "en": {
        "watch": "your account works as usual, and a person on the team pays more attention to it",
        "no_recommendation": "your posts are no longer suggested to people who do not follow you",
        "no_contact_with_minors": "your account cannot exchange messages with people under 18",
        "no_new_contacts": "your account cannot write first to anyone",
        "no_live": "your account cannot go live",
        "no_monetisation": "your earnings are set aside; they are not lost",
        "read_only": "your account can read, but cannot post, write or delete",
        "suspend": "your account is suspended",
    },
}
"""What a measure does, told to the person whose account it is."""

MEASURES_RULE: dict[Language, dict[Measure, str]] = {
    "fr": {
        "watch": "Le compte fonctionne comme d'habitude ; une personne de l'équipe y fait plus attention.",
        "no_recommendation": "Les publications du compte ne sont plus proposées à ceux qui ne le suivent pas.",
        "no_contact_with_minors": "Le compte ne peut plus échanger avec des personnes de moins de 18 ans. Si le "
        "compte est celui d'un mineur, ou si son âge n'est pas connu, il ne peut plus écrire en premier à quelqu'un.",
        "no_new_contacts": "Le compte ne peut plus écrire en premier à quelqu'un.",
        "no_live": "Le compte ne peut plus passer en direct.",
        "no_monetisation": "Les gains du compte sont mis de côté ; ils ne sont pas perdus.",
        "read_only": "Le compte peut lire, mais ne peut ni publier, ni écrire, ni effacer.",
        "suspend": "Le compte est suspendu.",
    },
    "en": {
        "watch": "The account works as usual; a person on the team pays more attention to it.",
        "no_recommendation": "The account's posts are no longer suggested to people who do not follow it.",
        "no_contact_with_minors": "The account cannot exchange messages with people under 18. If it belongs to a "
        "minor, or its age is not known, it cannot write first to anyone.",
        "no_new_contacts": "The account cannot write first to anyone.",
        "no_live": "The account cannot go live.",
        "no_monetisation": "The account's earnings are set aside; they are not lost.",
        "read_only": "The account can read, but cannot post, write or delete.",
        "suspend": "The account is suspended.",
    },
}
"""What a measure does, told to everybody."""

APPROVED_BY: dict[Language, dict[Approval, str]] = {
    "fr": {
        "automatic": "un programme décide ; une personne peut revoir sa décision si on le demande",
        "one_reviewer": "une personne de l'équipe",
        "two_reviewers": "deux personnes de l'équipe",
    },
    "en": {
        "automatic": "a program decides; a person can look at it again if asked",
        "one_reviewer": "one person on the team",
        "two_reviewers": "two people on the team",
    },
}

RISKS_NAMED: dict[Language, dict[Risk, str]] = {
    "fr": {
        "contact": "que de nouvelles personnes soient contactées",
        "reach": "que le compte touche plus de monde",
        "live": "ce qui peut se passer en direct",
        "money": "que de l'argent soit demandé",
        "tampering": "que des preuves soient effacées ou publiées",
    },
    "en": {
        "contact": "that new people are contacted",
        "reach": "that the account reaches more people",
        "live": "what can happen during a live",
        "money": "that money is asked for",
        "tampering": "that evidence is deleted or published",
    },
}

_MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def moment(at: datetime, language: Language) -> str:
    """A moment in words, in UTC: `29 juin 2020 à 18 h 04 (UTC)`, `29 June 2020 at 18:04 (UTC)`."""
    at = at.astimezone(UTC)
    month = _MONTHS[language][at.month - 1]
    if language == "fr":
        first = "1er" if at.day == 1 else str(at.day)
        return f"{first} {month} {at.year} à {at.hour} h {at.minute:02} (UTC)"
    return f"{at.day} {month} {at.year} at {at.hour:02}:{at.minute:02} (UTC)"


def duration(length: timedelta, language: Language) -> str:
    """A duration in words: `14 jours`, `72 hours`."""
    days, seconds = length.days, length.seconds
    if seconds or days <= 3:
        hours = days * 24 + seconds // 3600
        word = "heure" if language == "fr" else "hour"
        return f"{hours} {word}{'s' if hours > 1 else ''}"
    return f"{days} {'jours' if language == 'fr' else 'days'}"


def services(scope: tuple[ScopedService, ...] | None, language: Language) -> str:
    """The services of a scope in words."""
    if scope is None:
        return "n'importe où" if language == "fr" else "anywhere"
    own = "le service où est le compte" if language == "fr" else "the service that the account is on"
    return ", ".join(own if service == "own" else service for service in scope)
