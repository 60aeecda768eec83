"""Which comments of a shield belong together: near-copies of one text, then words of people who act together.

A comment is only ever compared with those that came before and begin something (`rempart.text.near_duplicates`), found
by the keys that are kept of them. So a group keeps its first text and grows, and what a delivery costs follows from
what is in it, not from what was there before.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from django.db.models import BooleanField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from rempart.care.models import Shield, ShieldedComment, ShieldGroup
from rempart.text.near_duplicates import band_keys, find_copies
from rempart.text.normalise import normalise

COPIES = 3
"""Near-copies from which on they are a group of their own: two people may well say the same."""

Sort = ShieldGroup.Sort


def keep_in_groups(shield: Shield, new: Sequence[ShieldedComment], texts: Sequence[str]) -> set[int]:
    """Store new comments in the groups where they belong; earlier ones join them where they repeat one another now.

    texts: what they say. Returns the numbers of the new and of those that moved. For use with the shield locked.
    """
    _say_what_they_repeat(shield, new, texts)
    _store([one for one in new if one.repeats is None], shield)
    _store([one for one in new if one.repeats is not None], shield)
    return {one.pk for one in new} | _gather_copies(shield, {(one.repeats or one).pk for one in new})


def bring_together(shield: Shield, authors: Iterable[str]) -> None:
    """Put together what people said of whom it is known now that they act together.

    authors: their digests (`Shield.together`). What is a group of copies stays one. For use with the shield locked.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for author in authors:
        by_key[shield.together[author]].append(author)
    for key, theirs in by_key.items():
        said = shield.comments.filter(author_digest__in=theirs).exclude(group__sort=Sort.COPIES)
        _move(said.exclude(group__sort=Sort.AUTHORS, group__key=key), shield, Sort.AUTHORS, key)
    shield.groups.filter(comments=None, sort=Sort.AUTHORS).delete()


def _say_what_they_repeat(shield: Shield, new: Sequence[ShieldedComment], texts: Sequence[str]) -> None:
    """Set `repeats` to the first comment of the same words, stored or new, and the keys of those that are the first."""
    keys = _keys(shield, texts)
    # One hash for all keys asked for: the database's own comparison of two arrays tries each with each.
    sql = "EXISTS (SELECT FROM unnest(keys) AS mine WHERE mine = ANY(%s))"
    in_common = RawSQL(sql, [[*{*chain(*keys)}]], BooleanField())  # noqa: S611 - the text is constant
    known = list(shield.comments.filter(in_common).order_by("pk"))
    first = find_copies([*(one.text for one in known), *texts]).first.tolist()
    held = [*known, *new]
    alone = {one.keys[0]: one for one in known if len(one.keys) == 1}
    for place, (comment, mine) in enumerate(zip(new, keys, strict=True), start=len(known)):
        found = held[first[place]]
        if len(mine) == 1:
            found = alone.setdefault(mine[0], comment)
        if found is not comment:
            comment.repeats = found
        else:
            comment.keys = mine


def _keys(shield: Shield, texts: Sequence[str]) -> list[list[int]]:
    """By what each text is found again, within this shield alone: its bands, or (a single word) the word itself."""
    mine = np.frombuffer(hashlib.sha256(f"shield {shield.pk}".encode()).digest()[:8], np.uint64)
    bands = band_keys(texts)
    return [
        (each ^ mine).view(np.int64).tolist() if each.any() else [_word_key(text) ^ int(mine.view(np.int64)[0])]
        for text, each in zip(texts, bands, strict=True)
    ]


def _word_key(text: str) -> int:
    folded = normalise(text).text.strip()
    return int.from_bytes(hashlib.sha256(folded.encode()).digest()[:8], "big", signed=True)


def _store(new: Sequence[ShieldedComment], shield: Shield) -> None:
    wanted = [_alone(shield, one) for one in new]
    groups = {sort_and_key: _group(shield, *sort_and_key)[0] for sort_and_key in set(wanted)}
    for comment, sort_and_key in zip(new, wanted, strict=True):
        comment.group = groups[sort_and_key]
    ShieldedComment.objects.bulk_create(new)


def _alone(shield: Shield, comment: ShieldedComment) -> tuple[Sort, str]:
    """The sort and key of the group of a comment that many others do not repeat."""
    if together := shield.together.get(comment.author_digest):
        return Sort.AUTHORS, together
    return (Sort.OTHERS if comment.hostile else Sort.GENTLE), ""


def _gather_copies(shield: Shield, firsts: set[int]) -> set[int]:
    """Make a group of every text that is repeated often enough by now. Returns whose comments moved."""
    repeated = shield.comments.filter(repeats__in=firsts).order_by()
    sizes = Counter(dict(repeated.values_list("repeats").annotate(number=Count("pk"))))
    moved: set[int] = set()
    for first, copies in sizes.items():
        if copies + 1 >= COPIES:  # with the first itself
            alike = shield.comments.filter(Q(pk=first) | Q(repeats=first)).exclude(group__sort=Sort.COPIES)
            moved |= _move(alike, shield, Sort.COPIES, str(first))
    return moved


def _move(comments: QuerySet[ShieldedComment], shield: Shield, sort: Sort, key: str) -> set[int]:
    """Move stored comments into a group. What was to be hidden stays so; what was shown again since is left shown."""
    found = dict(comments.order_by().values_list("pk", "group__hides"))
    if not found:
        return set()
    group, is_new = _group(shield, sort, key)
    if any(found.values()) and (is_new or sort == Sort.AUTHORS):
        ShieldGroup.objects.filter(pk=group.pk).update(hides=True)
    ShieldedComment.objects.filter(pk__in=found).update(group=group)
    return set(found)


def _group(shield: Shield, sort: Sort, key: str) -> tuple[ShieldGroup, bool]:
    """A group, and whether it is new. A new one of people who act together is hidden where the others are."""
    found = shield.groups.filter(sort=sort, key=key).first()
    if found is not None:
        return found, False
    hides = sort == Sort.AUTHORS and shield.groups.filter(sort=Sort.OTHERS, hides=True).exists()
    return shield.groups.create(sort=sort, key=key, hides=hides), True
