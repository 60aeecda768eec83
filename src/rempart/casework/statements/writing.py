"""The fields of a statement as a text in sections, in one language, for an adult or in a child's words.

A section is `{"id", "title", "paragraphs"}`; its sections stand in the order in which they are read: what changes and
until when, that a precaution is no finding, the facts, the part of software, the rule, what one can do, what is next.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.numbers import format_currency
from django.utils import translation

from rempart.casework.statements.dates import LANGUAGES, Language, day, moment, month
from rempart.casework.statements.sentences import Sentences, typeset
from rempart.casework.statements.wording import ensure_said_fairly
from rempart.pages.labels import SERVICE

Section = dict[str, Any]
FILE = "sentences.yaml"


def write(fields: Mapping[str, Any]) -> dict[str, list[Section]]:
    """The texts of a statement: `fr` and `en`, and `fr_child` and `en_child` for a minor or somebody of unknown age.

    Raises FindingOfGuilt when a preventive one speaks of guilt, AdultOnlyOffence when one that may be a minor's cites
    an offence for adults only.
    """
    texts = {language: sections(fields, language, child=False) for language in LANGUAGES}
    if not fields["adult"]:
        texts |= {f"{language}_child": sections(fields, language, child=True) for language in LANGUAGES}
    ensure_said_fairly(
        (plain(text) for text in texts.values()), preventive=fields["mode"] == "preventive", adult=fields["adult"]
    )
    return texts


def plain(sections: Sequence[Section]) -> str:
    """Sections as one text: each title on a line of its own, an empty line between sections."""
    return "\n\n".join("\n".join([one["title"], *one["paragraphs"]]) for one in sections)


def sections(fields: Mapping[str, Any], language: Language, *, child: bool) -> list[Section]:
    """The whole statement in one language and register."""
    writer = _Writer(fields, language, Sentences(FILE, language, child=child))
    return [
        {"id": name, "title": writer.words.say(f"title_{name}"), "paragraphs": paragraphs}
        for name, paragraphs in writer.paragraphs().items()
    ]


class _Writer:
    """Writes the sections of one statement."""

    def __init__(self, fields: Mapping[str, Any], language: Language, words: Sentences) -> None:
        self.fields, self.language, self.words = fields, language, words
        self.preventive = fields["mode"] == "preventive"

    def paragraphs(self) -> dict[str, list[str]]:
        """The paragraphs of each section, in order."""
        return {
            "restrictions": self._restrictions(),
            "precaution": [self.words.say("precaution" if self.preventive else "final")],
            "facts": self._facts(),
            "automation": self._automation(),
            "ground": self._ground(),
            "redress": self._redress(),
            "next": self._next(),
        }

    def _moment(self, at: str) -> str:
        return moment(datetime.fromisoformat(at), self.language)

    def _day(self, at: str) -> str:
        return day(datetime.fromisoformat(at), self.language)

    def _last_day(self, over: str) -> str:
        """The last day of a period of which `over` is the first moment that is no longer part."""
        return day(datetime.fromisoformat(over) - timedelta(seconds=1), self.language)

    def _restrictions(self) -> list[str]:
        fields, say = self.fields, self.words.say
        said = [self._restriction(one) for one in fields["restrictions"]]
        ends = say("ends", ends=self._moment(fields["ends_at"])) if fields["ends_at"] else say("no_end")
        said.append(f"{say('begins', begins=self._moment(fields['begins_at']))} {ends} {say('territory')}")
        if "held" in fields:
            said.append(f"{self._sum()} {say('money_paid')}")
        return said

    def _restriction(self, one: Mapping[str, Any]) -> str:
        """One restriction, and what the platform does where it cannot do exactly that."""
        said = f"{self.words.say('measure_' + one['measure'])} {self.words.say('kind_' + one['kind'])}"
        if means := one.get("means"):
            words = in_language(means, self.language)
            said += f" {self.words.say('means_wait' if means['waits'] else 'means', words=words)}"
        return said

    def _sum(self) -> str:
        begins, held = self._moment(self.fields["begins_at"]), self.fields["held"]
        if held is None:
            return self.words.say("money_unknown", begins=begins)
        total = sum_of_money(held["amount"], held["currency"], self.language)
        return self.words.say("money_known", begins=begins, sum=total, as_of=self._moment(held["as_of"]))

    def _facts(self) -> list[str]:
        facts, say = self.fields["facts"], self.words.say
        conduct = [say(f"conduct_{one}") for one in facts["conduct"] if self.words.has(f"conduct_{one}")]
        said = [say("facts_conduct", conduct=self._list(conduct)) if conduct else say("facts_conduct_unknown")]
        if facts["months"]:
            said.append(say("facts_months", months=", ".join(month(one, self.language) for one in facts["months"])))
        if facts["services"]:
            with translation.override(self.language):
                names = ", ".join(str(SERVICE.get(one, one)) for one in facts["services"])
            said.append(say("facts_services", services=names))
        if facts["agreed"]:
            quoted = " ".join(in_language(one, self.language) for one in facts["agreed"])
            said.append(say("facts_agreed", facts=quoted))
        return [*said, f"{say('source_' + facts['origin'])} {say('source_hidden')}"]

    def _automation(self) -> list[str]:
        used, say = self.fields["automation"], self.words.say
        decided = used["decision"]
        return [
            say("detection_automated" if used["detection"] else "detection_by_people"),
            say("estimate_automatic" if decided == "automatic" else "estimate"),
            say(f"decided_{decided}"),
        ]

    def _ground(self) -> list[str]:
        ground, say = self.fields["ground"], self.words.say
        said = []
        for article in ground["articles"]:
            named = say(
                f"ground_{ground['kind']}",
                title=in_language(article["title"], self.language),
                id=article["id"],
                rulebook=ground["rulebook"],
                version=ground["version"],
            )
            said.append(f"{named} {in_language(article['text'], self.language)}")
        return [*said, *self.why()]

    def why(self) -> list[str]:
        """Why what was said is held against the articles, and what the team adds."""
        several = "_several" if len(self.fields["ground"]["articles"]) > 1 else ""
        said = [self.words.say(("why_preventive" if self.preventive else "why_final") + several)]
        if self.fields["explanation"]:
            said.append(self.words.say("explanation", words=in_language(self.fields["explanation"], self.language)))
        return said

    def _redress(self) -> list[str]:
        redress, say = self.fields["redress"], self.words.say
        body = redress["out_of_court"]
        return [
            say("reply", until=self._day(redress["reply_until"])),
            say("complaint", until=self._last_day(redress["complaint_until"])),
            say("out_of_court", name=body["name"] or say("list_of_bodies"), url=body["url"]),
            say("court", name=say(f"court_{redress['court']}")),
            say("data_protection", **redress["data_protection"]),
        ]

    def _next(self) -> list[str]:
        fields, say = self.fields, self.words.say
        said = [say("review", review=self._moment(fields["review_due"]))] if fields["review_due"] else []
        if not fields["ends_at"]:
            return [*said, say("stays")]
        key = "ends_by_itself" if self.preventive else "ends_final"
        return [*said, say(key, ends=self._moment(fields["ends_at"]))]

    def _list(self, parts: Sequence[str]) -> str:
        return ("\u00a0; " if self.language == "fr" else "; ").join(parts)


def why(fields: Mapping[str, Any], language: Language, *, child: bool) -> list[str]:
    """The paragraphs of the section `ground` that follow its articles."""
    return _Writer(fields, language, Sentences(FILE, language, child=child)).why()


def in_language(words: Mapping[str, str], language: Language) -> str:
    """Words kept in both languages, or in one of them, on one line and typeset."""
    found = words.get(language) or next(iter(words.values()))
    return typeset(" ".join(found.split()), language)


def sum_of_money(amount: str, currency: str, language: Language) -> str:
    """An amount as each language writes it: « 1 234,50 € », “€1,234.50”."""
    return format_currency(amount, currency, locale=language)
