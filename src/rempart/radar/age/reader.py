"""An account in, what its own words say of its owner's age out. The same account is always read the same way."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from rempart.radar.age.births import births_told
from rempart.radar.age.cues import ROLES, adult_signs, child_signs, roles_of
from rempart.radar.age.frames import NUMBER_WORDS, ORDINALS
from rempart.radar.age.model import Posterior, band_of, posterior, prior, summary
from rempart.radar.age.numbers import ages_told
from rempart.radar.age.parameters import Parameters
from rempart.radar.age.safeguarding import suggests_harm
from rempart.radar.age.schools import school_years_told
from rempart.radar.age.signs import Sign, Told
from rempart.radar.age.text import Text
from rempart.radar.age.times import ages_past, countdowns
from rempart.records import AccountRow
from rempart.records.radar import AgeEstimate, AgeEvidence, Step

DEFAULTS = Parameters()
_LONGEST_TEXT = 5000  # code points of a text that are read
_MOST_POSTS = 400  # the newest first as they come
_SAID_TO_SAY_NOTHING = frozenset({"to_come", "past"})
# « 2026-03-01: … », « [2026-03-01T10:00:00Z] … »
_DATED = re.compile(r"\s*\[?(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?\]?\s*(?:[:|—–-]\s|\s|\|)\s*")


class AgeReader:
    """Reads accounts as of a day. `reader.read(row)` gives the estimate of one; `reader.silent(…)` that of one that
    says nothing of age."""

    def __init__(self, as_of: date, parameters: Parameters = DEFAULTS) -> None:
        self.as_of = as_of
        self.parameters = parameters

    def read(self, row: AccountRow) -> AgeEstimate:
        """What an account's bio and posts say, against what was declared."""
        texts = list(self._texts(row))
        told: list[Told] = []
        for text in texts:
            told += [
                Told(sign, text.original, text.span(sign.start, sign.end), text.source, text.written if dated else None)
                for sign in self._signs(text, row)
                for dated in (text.written != self.as_of,)
            ]
        harmed = [found for text in texts if (found := suggests_harm(text)) is not None]
        if not any(one.sign.primary for one in told):
            estimate = self.silent(row.id, row.declared_birthdate, row.age_band)
        else:
            roles: set[str] = set().union(*(roles_of(text) for text in texts))
            estimate = self._judged(row, told, roles)
        if harmed:
            estimate.safeguarding = True
            estimate.safeguarding_evidence = harmed
        return estimate

    def silent(self, account: str, birthdate: date | None, band: str | None) -> AgeEstimate:
        """The estimate of an account of which only what was declared is known."""
        declared, age = self._declared(birthdate, band)
        found = _of_prior(declared, age, self.parameters)
        return AgeEstimate(
            id=account,
            probability_under_13=found.under_13,
            estimated_age=found.age,
            interval=found.interval,
            step=self._step(found.under_13, 0),
        )

    def _judged(self, row: AccountRow, told: list[Told], roles: set[str]) -> AgeEstimate:
        told = [_lessened(one, roles) for one in told]
        if any(one.source == "bio" and one.sign.primary and _of_a_person(one) for one in told):
            roles -= _OF_PEOPLE  # « 12 year old entrepreneur »
        told += [Told(sign, "", (0, 0), "account", None) for sign in adult_signs(roles)]
        declared, age = self._declared(row.declared_birthdate, row.age_band)
        created = row.created_at.date() if isinstance(row.created_at, datetime) else None
        found = posterior(
            told, declared=declared, declared_age=age, as_of=self.as_of, created=created, parameters=self.parameters
        )
        shown = [one for one in told if one.text]
        places = {one.source for one in shown if one.sign.explicit and one.sign.primary}
        return AgeEstimate(
            id=row.id,
            probability_under_13=found.under_13,
            estimated_age=found.age,
            interval=found.interval,
            evidence=[
                AgeEvidence(text=one.text[slice(*one.span)], span=one.span, source=one.source) for one in _apart(shown)
            ],
            step=self._step(found.under_13, len(places)),
        )

    def _declared(self, birthdate: date | None, band: str | None) -> tuple[str | None, int | None]:
        """The declared band and age in years; a birth date says more than a band."""
        if birthdate is not None:
            age = (
                self.as_of.year
                - birthdate.year
                - ((self.as_of.month, self.as_of.day) < (birthdate.month, birthdate.day))
            )
            if 0 <= age < 99:
                return band_of(age), age
        return band, None

    def _step(self, probability: float, places: int) -> Step:
        parameters = self.parameters
        if probability >= parameters.restrict_from and places >= parameters.restrict_signs:
            return "restrict"
        if probability >= parameters.prove_from:
            return "prove"
        return "ask" if probability >= parameters.ask_from else "none"

    def _texts(self, row: AccountRow) -> Iterator[Text]:
        if row.bio:
            yield Text(row.bio[:_LONGEST_TEXT], source="bio", written=self.as_of)
        for place, post in enumerate((row.posts or ())[:_MOST_POSTS]):
            written = self.as_of
            if not isinstance(post, str):
                if post.created_at is not None:
                    written = min(post.created_at.date(), self.as_of)
                words = post.text
            else:
                words = post
                if dated := _DATED.match(post):
                    try:
                        written = min(date.fromisoformat(dated[1]), self.as_of)
                    except ValueError:
                        dated = None
                    else:
                        # The date stays, blanked, so that spans count from the beginning of what was given.
                        yield Text(
                            words[:_LONGEST_TEXT], source=f"posts[{place}]", written=written, skipped=dated.end()
                        )
                        continue
            if words:
                yield Text(words[:_LONGEST_TEXT], source=f"posts[{place}]", written=written)

    def _signs(self, text: Text, row: AccountRow) -> Iterator[Sign]:
        if text.numbers or not text.words.isdisjoint(_NUMBER_WORDS):
            yield from ages_told(text)
            yield from countdowns(text)
            yield from births_told(text, self.as_of)
            yield from ages_past(text)
        yield from school_years_told(text, row.country, self.parameters)
        yield from child_signs(text)


def _lessened(one: Told, roles: set[str]) -> Told:
    """A sign of an account that may speak of somebody else, or is not a person's at all."""
    if one.sign.kind in _SAID_TO_SAY_NOTHING or (
        one.sign.kind == "guardian" and not roles & {"pet", "brand", "made_up"}
    ):
        return one
    sure = one.sign.sure
    for role in sorted(roles):  # in one order, or the last digit would depend on the run
        own = (
            (one.sign.explicit and one.source != "bio") or _says_own(one) or (role in _OF_PEOPLE and _of_a_person(one))
        )
        sure *= ROLES[role].own if own else ROLES[role].others
    return one._replace(sign=one.sign._replace(sure=sure))


def _says_own(one: Told) -> bool:
    """Whether the words themselves name their owner (« j'ai », "i'm"), beyond standing alone in a bio."""
    return one.sign.explicit and _OWN_WORDS.match(one.text[slice(*one.span)].lower()) is not None


def _of_a_person(one: Told) -> bool:
    """ "12 year old", "10 yo": what is said of no firm."""
    return one.sign.explicit and _PERSON_S_AGE.search(one.text[slice(*one.span)].lower()) is not None


_OF_PEOPLE = frozenset({"work", "brand"})  # a child may have a shop, or write « entrepreneur »
_PERSON_S_AGE = re.compile(r"\d ?-?(?:y(?:ea)?rs?[ -]?old|y/?o)")
_OWN_WORDS = re.compile(r"(?:j|i|g |g\d|moi|mes|turn|my|im)")
_NUMBER_WORDS = frozenset(word for word, number in (NUMBER_WORDS | ORDINALS).items() if number <= 20)


def _apart(told: list[Told]) -> list[Told]:
    """Evidence in the order of the texts, each place once."""
    seen: set[tuple[str, tuple[int, int]]] = set()
    kept = []
    for one in sorted(told, key=lambda one: (_place(one.source), one.span)):
        if (one.source, one.span) not in seen and one.span[0] < one.span[1]:
            seen.add((one.source, one.span))
            kept.append(one)
    return kept


def _place(source: str) -> int:
    return -1 if source == "bio" else int(source[6:-1])


@lru_cache(maxsize=4096)
def _of_prior(declared: str | None, age: int | None, parameters: Parameters) -> Posterior:
    return summary(prior(declared, age, parameters))
