"""Words that tell something of an account as a whole: a child's, a parent's, a teacher's, a dog's, a shop's."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from rempart.radar.age.signs import Sign, from_age
from rempart.radar.age.text import Text, bag, words


class Role(NamedTuple):
    """What an account may be instead of its owner's own: how much less sure what it tells then is.

    own: of « j'ai 11 ans »; others: of an age that nobody says to be the owner's. adult: how sure it is that who keeps
    it is `grown` years old at least.
    """

    own: float
    others: float
    adult: float
    grown: float = 18.0


ROLES = {
    "parent": Role(own=0.75, others=0.08, adult=0.97, grown=20.0),
    "teacher": Role(own=0.8, others=0.05, adult=0.95, grown=19.0),
    "work": Role(own=0.85, others=0.45, adult=0.75, grown=17.0),
    "made_up": Role(own=0.2, others=0.1, adult=0.0),
    "pet": Role(own=0.3, others=0.1, adult=0.0),
    "brand": Role(own=0.7, others=0.15, adult=0.6),
}
_IN_BIO_ALONE = frozenset({"made_up", "pet", "brand"})
_MOTHER_ALONE = re.compile(
    r"(?:^|\n|[|•·,;]|[^\x00-\x7f])\s*(?:maman|papa|mum|mom|mama|dad|momma|mommy|maman de)\s*(?:$|\n|["
    r"|•·,;x&+]|[^\x00-\x7f])"
)
_CHILD_KEYS: dict[str, frozenset[str]] = {
    "maitresse": frozenset({"maitresse"}),
    "maitre": frozenset({"maitre"}),
    "recreation": frozenset({"recre", "recreation", "recess", "playtime", "play"}),
    "primary": frozenset({"primaire", "elementaire", "elementary", "primary", "maternelle", "grade", "lower"}),
    "middle": frozenset({"middle", "junior", "middleschool", "middleschooler"}),
    "tween": frozenset({"preado", "ado", "ados", "preados", "preteen", "tween", "pre"}),
    "before_school": frozenset({"college", "sixieme", "secondary", "middle", "sixth", "e", "th", "year"}),
    "lost_tooth": frozenset({"dent", "tooth"}),
    "lied": frozenset({"menti", "mis", "triche", "lied", "fake", "faked", "fausse", "put", "said"}),
    "too_young": frozenset({"pas", "moins", "treize", "under", "not", "below", "younger", "thirteen", "young", "old"}),
    "double_digits": frozenset({"digits"}),
    "asks_mother": bag("maman papa mere pere parents mom mum dad mommy mummy mama"),
}


class _Child(NamedTuple):
    name: str
    sure: float
    ages: tuple[tuple[float, float, float], ...]
    pattern: re.Pattern[str]
    keys: frozenset[str] | None


@cache
def _children() -> list[_Child]:
    return [
        _Child(
            name,
            sure,
            tuple((float(a), float(b), float(c)) for a, b, c in ages),
            re.compile(pattern),
            _CHILD_KEYS.get(name),
        )
        for name, (sure, ages, pattern) in words()["children"].items()
    ]


@cache
def _roles() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(re.sub(r"\n\s*", "", pattern)) for name, pattern in words()["roles"].items()}


@cache
def _guardian() -> re.Pattern[str]:
    return re.compile(words()["guardian"])


def roles_of(text: Text) -> set[str]:
    """What the account seems to be, by one of its texts."""
    found = set()
    for name, pattern in _roles().items():
        if not text.bio and name in _IN_BIO_ALONE:
            continue
        if pattern.search(text.folded):
            found.add(name)
    if text.bio and _MOTHER_ALONE.search(text.folded):
        found.add("parent")
    return found


def child_signs(text: Text) -> Iterator[Sign]:
    """Words of children, and what their guardians write."""
    folded = text.folded
    for child in _children():
        if child.keys is not None and child.keys.isdisjoint(text.words):
            continue
        for found in child.pattern.finditer(folded):
            own = child.name in ("lied", "too_young", "asks_mother", "before_school")
            if text.framed(found.start()) or text.spoken(found.start()):
                continue
            before = folded[max(0, found.start() - 40) : found.start()]
            if not own and (
                text.subject(found.start()) == "other"
                or _MEMORY.search(before)
                or _MEMORY_AFTER.match(folded, found.end())
            ):
                continue
            yield Sign(
                child.name, child.ages, child.sure, found.start(), found.end(), explicit=child.name == "too_young"
            )
            break
    if (text.bio or len(folded) < 200) and not _GUARDIAN_KEYS.isdisjoint(text.words):
        for found in _guardian().finditer(folded):
            if not found[0].strip():
                continue
            sure = 0.85 if text.bio else 0.6
            ages = ((4.0, 12.0, 1.0), (12.0, 13.0, 0.8), (13.0, 15.0, 0.3), (15.0, 17.0, 0.1))
            yield Sign("guardian", ages, sure, found.start(), found.end())
            break


_GUARDIAN_KEYS = bag(
    "gere geree geres tenu tenue surveille surveillee supervise supervisee controle controlee administre "
    "administree suivi suivie"
    " sous run runs ran managed manages monitored monitors supervised controlled operated watched handled "
    "approved owned charge"
    " account gerent surveillent controlent lit lisent regarde regardent verifie verifient acces access checks"
)
_MEMORY = re.compile(
    r"(?:etais|j'avais|souvenirs?|a l'epoque|quand (?:j'?etais|on etait)|remember|miss|used to|back|nostalg\w*"
    r"|when (?:i|we) were?|de mon enfance|mon fils|ma fille|my (?:son|daughter|kid))(?![a-z])"
)
_MEMORY_AFTER = re.compile(
    r"[^.!?\n]{0,24}(?:c'etait le bon|me manque|quand on|was the best|were the best|de mon enfance"
    r"|des enfants|de ma (?:fille|classe)"
    r"|de mon fils|duty|superviseur|therapy)"
)


def adult_signs(roles: set[str]) -> Iterator[Sign]:
    """What an account's role tells of who keeps it."""
    for name in sorted(roles):
        role = ROLES[name]
        if role.adult:
            yield Sign(f"role_{name}", from_age(role.grown), role.adult, 0, 0, primary=False)
