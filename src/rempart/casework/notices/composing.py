"""A notice as it leaves: a text and a JSON object with the elements of DSA Art. 16(2), and a XARF v4 report.

The notifier is the platform: its name and address stand in it (Art. 16(2)(c)), the person's only if they chose so.
Kinds of conduct and a month are told; their words, the day and what could lead to them are not. XARF (xarf/xarf-spec,
schemas/v4, version 4.2.0) has a type for the sexual exploitation of children alone: other conduct goes without.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from functools import cache
from importlib.resources import files as resources
from typing import Any

import yaml
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from rempart.casework.models import ServiceNotice
from rempart.pages import labels

LANGUAGES = ("fr", "en")
XARF_VERSION = "4.2.0"
LARGEST = 5 * 1024 * 1024
"""Bytes of one piece of evidence (XARF v4 core, evidence_item.size)."""

# Art. 3 to 7 of Directive 2011/93/EU concern the sexual abuse and exploitation of children: what XARF calls csem.
EXPLOITATION = {
    "sextortion": "sextortion",
    "grooming": "grooming",
    "nude_request": "solicitation",
    "sexual_messages": "solicitation",
    "unsolicited_nudes": "solicitation",
    "image_abuse": "distribution",
}
_MESSENGERS = {"snapchat", "whatsapp", "telegram", "discord", "matrix", "kik"}
_GAMES = {"roblox", "twitch"}
_PROFILES = {
    "tiktok": "https://www.tiktok.com/@{}",
    "snapchat": "https://www.snapchat.com/add/{}",
    "instagram": "https://www.instagram.com/{}",
    "facebook": "https://www.facebook.com/{}",
    "twitter": "https://x.com/{}",
    "youtube": "https://www.youtube.com/@{}",
    "twitch": "https://www.twitch.tv/{}",
    "telegram": "https://t.me/{}",
    "bluesky": "https://bsky.app/profile/{}",
    "matrix": "https://matrix.to/#/{}",
    "reddit": "https://www.reddit.com/user/{}",
    "vsco": "https://vsco.co/{}",
    "kik": "https://kik.me/{}",
}


@dataclass(frozen=True)
class Notifier:
    """Who sends notices: the platform, by its name and an address that people read."""

    org: str
    email: str

    @property
    def domain(self) -> str:
        """The part of the address after the @."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True)
class Joined:
    """A file that goes along."""

    name: str
    media_type: str
    content: bytes


def notifier() -> Notifier | None:
    """The platform as REMPART_NOTIFIER names it (`Safety of Example <safety@example.org>`); None while it does not."""
    org, email = parseaddr(settings.REMPART_NOTIFIER)
    return Notifier(org, email) if org and "@" in email else None


def profile_of(service: str, handle: str) -> str:
    """The address of an account's page, or "" where the service has none that is known."""
    if service == "mastodon":
        name, _at, host = handle.partition("@")
        return f"https://{host}/@{name}" if host else ""
    return _PROFILES[service].format(handle) if service in _PROFILES else ""


def subject_of(notice: ServiceNotice, language: str) -> str:
    """The subject of the e-mail: a reference, nothing of what it is about."""
    return _words("subject", language).format(uid=notice.uid)


def text_of(notice: ServiceNotice, sender: Notifier, language: str, *, address: str = "", joined: int = 0) -> str:
    """The whole notice as a text. address: the person's, where they agreed; joined: how many files go along."""
    with translation.override(language):
        filled = {
            "uid": notice.uid,
            "org": sender.org,
            "email": sender.email,
            "handle": notice.handle,
            "number": notice.number,
            "service": labels.words_for("service", notice.service),
            "links": " ".join(_addresses(notice)),
            "conduct": ", ".join(str(labels.words_for("conduct", one)) for one in notice.conduct),
            "month": date_format(_first_of(notice.month), "F Y"),
            "address": address,
        }
    parts = {
        "who": True,
        "where": True,
        "number": bool(notice.number),
        "links": bool(filled["links"]),
        "what": True,
        "minor": notice.minor is True,
        "law": exploitation_of(notice) is not None,
        "terms": exploitation_of(notice) is None,
        "address": bool(address),
        "good_faith": True,
        "care": True,
        "answer": True,
    }
    said = [_words(name, language).format(**filled) for name, shown in parts.items() if shown]
    if joined:
        said.insert(-3, _words("files", language).format(number=joined))
    return "\n\n".join(said) + "\n"


def json_of(notice: ServiceNotice, sender: Notifier, language: str, *, address: str = "") -> dict[str, Any]:
    """The elements of Art. 16(2): (a) reasons, (b) exact location, (c) who notifies, (d) good faith."""
    reasons = text_of(notice, sender, language, address=address)
    return {
        "format": "rempart-notice/1",
        "reference": str(notice.uid),
        "legal_basis": "Regulation (EU) 2022/2065, Article 16",
        "reasons": reasons,
        "conduct": list(notice.conduct),
        "concerns_minor": notice.minor,
        "told_in": notice.month,
        "location": {
            "service": notice.service,
            "account": notice.handle,
            "account_id": notice.number or None,
            "addresses": _addresses(notice),
        },
        "notifier": {"name": sender.org, "email": sender.email},
        "person": {"email": address} if address else None,
        "good_faith": _words("good_faith", language),
    }


def xarf_of(notice: ServiceNotice, sender: Notifier, joined: Iterable[Joined] = ()) -> dict[str, Any] | None:
    """The notice as a XARF v4 report of the type csem; None for what XARF has no type for, or no address to name."""
    addresses, exploitation = _addresses(notice), exploitation_of(notice)
    if exploitation is None or not addresses:
        return None
    contact = {"org": sender.org, "contact": sender.email, "domain": sender.domain}
    report: dict[str, Any] = {
        "xarf_version": XARF_VERSION,
        "report_id": str(notice.uid),
        "timestamp": f"{notice.month}-01T00:00:00Z",
        "reporter": contact,
        "sender": contact,
        "source_identifier": f"{notice.service}:{notice.handle}",
        "category": "content",
        "type": "csem",
        "url": addresses[0],
        "exploitation_type": exploitation,
        "detection_method": "user_report",
        "victim_age_range": "unknown",
        "platform": _kind_of(notice.service),
        "evidence_source": "user_report",
        "reporting_obligations": ["platform_safety_team"],
    }
    if evidence := [_evidence(one) for one in joined]:
        report["evidence"] = evidence
    return report


def exploitation_of(notice: ServiceNotice) -> str | None:
    """What XARF calls the gravest conduct told of towards a minor; None for conduct towards adults and the rest."""
    if not notice.minor:
        return None
    return next((kind for conduct, kind in EXPLOITATION.items() if conduct in notice.conduct), None)


def _evidence(one: Joined) -> dict[str, Any]:
    return {
        "content_type": one.media_type,
        "payload": base64.b64encode(one.content).decode(),
        "hash": f"sha256:{hashlib.sha256(one.content).hexdigest()}",
        "size": len(one.content),
    }


def _addresses(notice: ServiceNotice) -> list[str]:
    profile = profile_of(notice.service, notice.handle)
    return list(dict.fromkeys([*([profile] if profile else []), *notice.links]))


def _kind_of(service: str) -> str:
    if service in _MESSENGERS:
        return "messaging_app"
    return "gaming_platform" if service in _GAMES else "social_media"


def _first_of(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    data: dict[str, dict[str, str]] = yaml.safe_load(resources(__package__).joinpath("words.yaml").read_text("utf-8"))
    return data


def _words(name: str, language: str) -> str:
    return _texts()[name][language]
