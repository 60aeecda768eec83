"""A statement of reasons as it is declared to the DSA Transparency Database, without personal data.

It is made from the fields of the statement alone (`casework.statements.fields`), never from the case. What a member or
somebody who spoke wrote in their own words is left out: the explanation of a final decision, facts that a complainant
agreed to tell the respondent. So are months and numbers, which could lead to somebody where few spoke.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation

from rempart.accountability.dsa.checking import Problem, in_words, validate
from rempart.accountability.dsa.personal import personal_data
from rempart.casework.statements.dates import PARIS
from rempart.casework.statements.sentences import Sentences
from rempart.pages.labels import SERVICE

_MODE = {
    "preventive": "A precaution while what was said is looked into: no finding that the holder of the account did "
    "anything wrong.",
    "final": "A final decision, which people took after they had looked into what was said.",
}
_ORIGIN = {
    "notices": "It was said in notices.",
    "own_initiative": "It was said in public posts, which the service reads on its own initiative.",
    "both": "It was said in notices, and in public posts, which the service reads on its own initiative.",
}
_MEASURE = {
    "no_recommendation": "posts no longer recommended to those who do not follow the account",
    "no_contact_with_minors": "no exchange with people under 18",
    "no_new_contacts": "the account cannot write first to anyone",
    "no_live": "live streams paused",
    "no_monetisation": "earnings set aside",
    "read_only": "the account can read only",
    "suspend": "account suspended",
}
_DECIDED = {
    "automatic": "The rule applied by itself, on an estimate by software.",
    "one_reviewer": "Software estimated; one person read what was said and decided.",
    "two_reviewers": "Software estimated; two people read what was said and decided.",
}


class CannotBeDeclared(ValueError):
    """The database would refuse the statement, or it holds personal data: `problems` names the fields."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(in_words(problems))
        self.problems = tuple(problems)


def declare(fields: Mapping[str, Any], *, puid: str, replaces: str = "", because: str = "") -> dict[str, Any]:
    """The statement whose fields these are, as the database takes it.

    puid: its identifier there, once and for ever. replaces, because: the identifier of a statement that was sent and is
    wrong, and what was wrong with it. Fields that say nothing are left out.
    Raises CannotBeDeclared.
    """
    said = [_MODE[fields["mode"]], *_described(fields["facts"]), *_decided(fields)]
    if replaces:
        said.append(f"This statement replaces the one with the identifier {replaces}: {because.rstrip('. ')}.")
    declared = dict(fields["transparency"]) | {"puid": puid, "decision_facts": " ".join(said)}
    declared = {name: value for name, value in declared.items() if value not in (None, [], "")}
    if wrong := [*validate(declared), *personal_data(declared)]:
        raise CannotBeDeclared(wrong)
    return declared


def _described(facts: Mapping[str, Any]) -> list[str]:
    words = Sentences("sentences.yaml", "en", child=False)
    conduct = [words.say(f"conduct_{one}") for one in facts["conduct"] if words.has(f"conduct_{one}")]
    said = [f"What is described: {'; '.join(conduct)}." if conduct else "What is described fits no category."]
    if facts["services"]:
        with translation.override("en"):
            names = ", ".join(str(SERVICE.get(one, one)) for one in facts["services"])
        said.append(f"Where it took place, as several people say: {names}.")
    return [*said, _ORIGIN[facts["origin"]]]


def _decided(fields: Mapping[str, Any]) -> list[str]:
    measures = "; ".join(_MEASURE[one["measure"]] for one in fields["restrictions"])
    ends = f"until {_day(fields['ends_at'])} at the latest" if fields["ends_at"] else "without an end"
    said = [f"Measures, from {_day(fields['begins_at'])} {ends}: {measures}."]
    if fields["review_due"]:
        said.append(f"A person looks at them again by {_day(fields['review_due'])}.")
    ground = fields["ground"]
    articles = ", ".join(one["id"] for one in ground["articles"])
    return [
        *said,
        _DECIDED[fields["automation"]["decision"]],
        f"Rules: {ground['rulebook']}, version {ground['version']}, articles {articles}.",
        "The measures concern the account, not one item: the date of the content is the day from which they apply.",
    ]


def _day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(PARIS).date().isoformat()
