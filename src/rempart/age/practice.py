"""The practice statement (ISO/IEC 27566-1, "practice statements"): how ages are asked about here, as it is set up now.

Nothing in it is written by hand but the sentences around (`words/practice.yaml`): ages and sources come from the
policies in force, steps and times from `steps.yaml`, ways to answer from what is installed and set, retention from
`privacy/register.yaml`, who learns what from `words/who_learns.yaml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import override

from rempart.age import saying
from rempart.age.models import Confidence, Method
from rempart.age.policies import ACCOUNT, ANYWHERE, policies, policy_at
from rempart.age.services import trust
from rempart.age.services.challenges import SAID_LASTS
from rempart.age.services.consents import SAID_LASTS as GUARDIAN_LASTS
from rempart.age.services.proofs import YES_LASTS
from rempart.age.services.sweeps import ASKED_FROM
from rempart.age.steps import rules
from rempart.age.vendors import vendors
from rempart.attestation import zero_knowledge
from rempart.pages.writing import day, percent

_KEPT = (
    *(
        "assurance",
        "age_attempt",
        "age_proof",
        "spent_proof",
        "challenge",
        "age_evidence",
        "age_matter",
        "closed_young",
    ),
    *("guardian", "vendor_request", "protection_case"),
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the statement: sentences, then a table. The first cell of a row is its head."""

    id: str
    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    @property
    def pairs(self) -> list[list[tuple[str, str]]]:
        """Each row as (head of the column, cell)."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The whole statement in one language."""

    title: str
    lead: str
    as_of: str
    warning: str
    sections: tuple[Section, ...]


def statement(language: str, *, at: datetime) -> Statement:
    """What holds at that moment, in "fr" or "en". Raises PolicyError, ImproperlyConfigured for what cannot be used."""
    words = saying.texts("practice", language)
    with override(language):
        return Statement(
            title=words["title"],
            lead=words["lead"],
            as_of=words["as_of"].format(as_of=day(at), version=rules().version),
            warning=words["test_wallet"] if settings.REMPART_TEST_WALLET else "",
            sections=(
                Section(id="why", title=words["why_title"], lines=[*_lines(words["why"]), words["characteristics"]]),
                _ages(words, language, at),
                _sources(words, at),
                _methods(words, language),
                _steps(words, language),
                _learns(words, language),
                _kept(words, language),
                Section(
                    id="security", title=words["security_title"], lines=[*_lines(words["security"]), _trusted(words)]
                ),
                Section(
                    id="complain",
                    title=words["complain_title"],
                    lines=_lines(words["complain"].format(days=rules().appeal_answer.days)),
                ),
            ),
        )


def as_markdown(told: Statement) -> str:
    """The statement as Markdown."""
    parts = [f"# {told.title}", told.lead, told.as_of, *([f"**{told.warning}**"] if told.warning else [])]
    for section in told.sections:
        parts += [f"## {section.title}", *section.lines]
        if section.rows:
            table = [section.head, ["---"] * len(section.head), *section.rows]
            parts.append("\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table))
    return "\n\n".join(parts) + "\n"


def as_data(told: Statement) -> dict[str, Any]:
    """The statement as JSON: tables as lists of rows by their heads."""
    return {
        "title": told.title,
        "as_of": told.as_of,
        "warning": told.warning or None,
        "sections": [
            {
                "id": one.id,
                "title": one.title,
                "lines": list(one.lines),
                "table": [dict(row) for row in one.pairs],
            }
            for one in told.sections
        ],
    }


@cache
def who_learns() -> tuple[dict[str, dict[str, str]], ...]:
    """The table of who learns what: who, learns, never, each {"fr", "en"}."""
    text = files("rempart.age").joinpath("words/who_learns.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


def feature_name(feature: str, language: str) -> str:
    """What a feature is called; its own name where nobody wrote words for it."""
    return saying.texts("features", language).get(feature, feature.replace("_", " "))


def _ages(words: dict[str, str], language: str, at: datetime) -> Section:
    rows, pending = [], []
    for code in _countries():
        policy = policy_at(code, at)
        later = sorted(((years, name) for name, years in policy.features.items() if name != ACCOUNT))
        said = [words["from_years"].format(feature=feature_name(name, language), years=years) for years, name in later]
        classes = [
            words["class_for"].format(years=years, confidence=words[least])
            for years, least in sorted(policy.confidence.items())
        ]
        rows.append(
            [
                words["elsewhere"] if code == ANYWHERE else code,
                words["years"].format(years=policy.minimum_age),
                words["years"].format(years=policy.guardian_consent_below),
                words["days"].format(days=policy.guardian_consent_days),
                "; ".join(said),
                "; ".join(classes),
                day(datetime.combine(policy.since, datetime.min.time(), at.tzinfo)),
            ]
        )
        pending += [f"{code} – {one}" for one in policies()[code].pending]
    heads = ("country", "minimum", "guardian_below", "guardian_days", "features", "shown_by", "since")
    lines = [words["ages_lead"]]
    if pending:
        lines.append(f"{words['pending']}: {' '.join(pending)}")
    return Section(id="ages", title=words["ages_title"], lines=lines, head=[words[one] for one in heads], rows=rows)


def _sources(words: dict[str, str], at: datetime) -> Section:
    lines = []
    for code in _countries():
        named = "; ".join(f"{one.name} ({one.url})" for one in policy_at(code, at).sources)
        lines.append(f"{words['elsewhere'] if code == ANYWHERE else code} – {named}")
    return Section(id="sources", title=words["sources"], lines=lines)


def _countries() -> list[str]:
    """The country that this server is for comes first, what holds elsewhere last."""
    return sorted(policies(), key=lambda code: (code == ANYWHERE, code != settings.REMPART_COUNTRY, code))


def _methods(words: dict[str, str], language: str) -> Section:
    year, by_app = YES_LASTS.days, _issuers_trusted()
    wallets = [Method.MDOC, Method.SD_JWT, *([Method.ZERO_KNOWLEDGE] if zero_knowledge.available() else [])]
    found = [(Method.STATED, Confidence.ASSERTED, SAID_LASTS.days)]
    if by_app:  # a guardian shows by an app that they are an adult
        found += [(method, Confidence.STRICT, year) for method in wallets]
        found += [(Method.GUARDIAN, Confidence.STANDARD, GUARDIAN_LASTS.days)]
    found += [(method, Confidence.STANDARD, rules().decided_lasts.days) for method in (Method.VOUCHED, Method.PERSON)]
    rows = [
        [words[f"method_{method}"], words[confidence.value], words["days"].format(days=lasts), words[f"what_{method}"]]
        for method, confidence, lasts in found
    ]
    rows += [
        [
            words["method_vendor"].format(vendor=vendor.title[language]),
            words[vendor.confidence.value],
            words["days"].format(days=vendor.lasts.days),
            words["what_vendor"],
        ]
        for vendor in vendors().values()
    ]
    lines = [words["methods_lead"]]
    lines += [] if by_app else [words["no_issuer"]]
    lines += [] if vendors() else [words["no_vendor"]]
    lines += [] if zero_knowledge.available() else [words["no_zero_knowledge"]]
    head = [words[one] for one in ("method", "confidence", "counts_for", "what")]
    return Section(id="methods", title=words["methods_title"], lines=lines, head=head, rows=rows)


def _steps(words: dict[str, str], language: str) -> Section:
    said = [
        words["step_line"].format(
            title=one.title[language],
            probability=percent(ASKED_FROM[one.step]),
            answer=one.answer.days,
            decide=one.decide.days,
        )
        for one in rules().steps.values()
    ]
    after = words["steps_after"].format(keeps=rules().keeps.days, lasts=rules().lasts.days)
    return Section(id="steps", title=words["steps_title"], lines=[words["steps_lead"], *said, after])


def _learns(words: dict[str, str], language: str) -> Section:
    rows = [[one[column][language] for column in ("who", "learns", "never")] for one in who_learns()]
    head = [words[one] for one in ("who", "learns", "never")]
    return Section(id="learns", title=words["learns_title"], lines=[words["learns_lead"]], head=head, rows=rows)


def _kept(words: dict[str, str], language: str) -> Section:
    times = _retentions()
    rows = [
        [words[f"kept_{one}"], words["days"].format(days=times[one]["days"]), words[f"after_{one}"]] for one in _KEPT
    ]
    head = [words[one] for one in ("kept", "for_how_long", "because")]
    return Section(id="kept", title=words["kept_title"], lines=[words["kept_lead"]], head=head, rows=rows)


def _issuers_trusted() -> bool:
    """Whether anybody is trusted to attest ages: else no app's answer can be accepted."""
    try:
        held = trust.trusted()
    except OSError:
        return False
    return bool(len(held.anchors) or held.keys)


def _trusted(words: dict[str, str]) -> str:
    lists = settings.REMPART_AGE_TRUSTED_LISTS
    return words["trusted"].format(lists=", ".join(lists)) if lists else words["trusted_none"]


@cache
def _retentions() -> dict[str, dict[str, Any]]:
    text = files("rempart.privacy").joinpath("register.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["retentions"]
    return found


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
