"""Which comments of a shield belong together: near-copies of one text, then words of people who act together.

A comment is only ever compared with earlier ones (`rempart.text.near_duplicates`), so a group keeps its first text and
grows. What was to be hidden stays so when a comment moves from one group to another.
"""

from collections import Counter
from collections.abc import Sequence

from rempart.care.models import Shield, ShieldedComment, ShieldGroup
from rempart.text.near_duplicates import find_copies
from rempart.text.normalise import normalise

COPIES = 3
"""Near-copies from which on they are a group of their own: two people may well say the same."""

Sort = ShieldGroup.Sort


def regroup(shield: Shield) -> None:
    """Put every comment of a shield into its group. For use with the shield locked."""
    comments = list(shield.comments.select_related("group").order_by("pk"))
    first = _first_copies([comment.text for comment in comments])
    sizes = Counter(first)
    groups = {(group.sort, group.key): group for group in shield.groups.all()}
    moved, hides = [], set()
    for comment, root in zip(comments, first, strict=True):
        if sizes[root] >= COPIES:
            wanted = (Sort.COPIES, str(comments[root].pk))
        elif together := shield.together.get(comment.author_digest):
            wanted = (Sort.AUTHORS, together)
        else:
            wanted = (Sort.OTHERS, "")
        group = groups.get(wanted)
        if group is None:
            group = groups[wanted] = ShieldGroup.objects.create(shield=shield, sort=wanted[0], key=wanted[1])
        if comment.group_id != group.pk:
            if comment.group.hides and not group.hides:
                hides.add(group.pk)
            comment.group = group
            moved.append(comment)
    ShieldedComment.objects.bulk_update(moved, ["group"], batch_size=1000)
    ShieldGroup.objects.filter(pk__in=hides).update(hides=True)
    shield.groups.filter(comments=None).exclude(sort=Sort.OTHERS).delete()


def _first_copies(texts: Sequence[str]) -> list[int]:
    """For each text, the first that it repeats, or itself; a single word repeats the same word."""
    copies = find_copies(texts)
    seen: dict[str, int] = {}
    return [
        int(first) if length else seen.setdefault(normalise(text).text.strip(), number)
        for number, (text, first, length) in enumerate(zip(texts, copies.first, copies.length, strict=True))
    ]
