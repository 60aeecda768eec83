"""What is said on a case, as a reviewer reads it: by stance, by what may belong together, near-duplicates folded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rempart.casework.views.shown import TestimonyShown
from rempart.corroboration import Together
from rempart.pages.labels import words_for
from rempart.pages.spans import fields_read
from rempart.text.near_duplicates import find_copies

OPEN_AT_FIRST = 5
MOST_SHOWN = 200
MOST_REPEATS = 20


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Testimonies that stand together: `tie` says why they may not be independent, empty for those that are.

    `voices`: how many independent ones they are worth. Near-duplicates are folded under the first of them; `first` are
    shown at once, `more` on demand, `unshown` are only counted.
    """

    tie: str
    probability: float
    total: int
    voices: float
    first: Sequence[TestimonyShown]
    more: Sequence[TestimonyShown]
    unshown: int


def groups_of(said: Sequence[TestimonyShown], ties: Iterable[Together]) -> list[dict[str, Any]]:
    """What is said, by stance and, at first hand, by what may belong together."""
    tie_of = {uid: tie for tie in ties for uid in tie.testimonies}
    by_stance: defaultdict[str, list[TestimonyShown]] = defaultdict(list)
    for one in said:
        by_stance[one.stance].append(one)
    titles = {
        "testimony": _("Say that it happened to them"),
        "relay": _("Report what happened to somebody else"),
        "dispute": _("Dispute it"),
    }
    return [
        {
            "title": title,
            "total": len(by_stance[stance]),
            "bundles": _bundles(by_stance[stance], tie_of if stance == "testimony" else {}),
        }
        for stance, title in titles.items()
        if by_stance[stance]
    ]


def fields_of(said: Iterable[TestimonyShown]) -> list[str]:
    """The marks that the page uses, one for each way of being drawn."""
    used = dict.fromkeys(field for one in said for field in fields_read(one.spans))
    words: dict[str, str] = {}
    for name in used:
        words.setdefault(words_for("field", name), name)
    return list(words.values())


def _bundles(said: Sequence[TestimonyShown], tie_of: Mapping[str, Together]) -> list[Bundle]:
    """Those that stand alone first, then each group, in order of time."""
    members: dict[Together | None, list[TestimonyShown]] = {None: []}
    for one in said:
        members.setdefault(tie_of.get(one.uid), []).append(one)
    return [_bundle(tie, those) for tie, those in members.items() if those]


def _bundle(tie: Together | None, said: Sequence[TestimonyShown]) -> Bundle:
    heads = folded(said)
    at_first = OPEN_AT_FIRST if tie is None else 1
    return Bundle(
        tie=words_for("tie", tie.kind) if tie else "",
        probability=tie.probability if tie else 0.0,
        total=len(said),
        voices=effective_voices(len(said), tie.probability) if tie else float(len(said)),
        first=heads[:at_first],
        more=heads[at_first:MOST_SHOWN],
        unshown=max(0, len(heads) - MOST_SHOWN),
    )


def effective_voices(number: int, probability: float) -> float:
    """How many independent voices so many are worth, of which each two come from one with that probability.

    The effective sample size under an equal correlation r (Kish 1965): n / (1 + (n - 1) r), in [1, n] for n >= 1.
    """
    return number / (1 + (number - 1) * probability)


def folded(said: Sequence[TestimonyShown]) -> list[TestimonyShown]:
    """Near-duplicates under the first of them."""
    heads: dict[int, TestimonyShown] = {}
    for one, first in zip(said, find_copies([one.text for one in said]).first, strict=True):
        if (head := heads.get(int(first))) is not None:
            head.repeated += 1
            head.repeats.extend([one] if len(head.repeats) < MOST_REPEATS else [])
        else:
            heads[int(first)] = one
    return list(heads.values())
