"""What pages show of protections and shields: states turned into sentences, counts before anything that was said.

For the page of the person looked after, for their guardian's, and for the desk.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import get_language

from rempart.care import means, wording
from rempart.care.kinds import kinds
from rempart.care.models import CareFile, CareOrder, Protection, Shield, ShieldGroup
from rempart.casework.means import How, Means
from rempart.casework.statements.dates import Language
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.pages.writing import day

Kind, State = CareOrder.Kind, Protection.State
OPEN = (State.PROPOSED, State.ACCEPTED, State.IN_FORCE)


@dataclass(frozen=True, kw_only=True)
class ShownProtection:
    """One switch. how: what the platform really does, where that is something else; state: "" when it is off."""

    kind: str
    name: str
    does: str
    costs: str
    how: str
    possible: bool
    state: str
    said: str
    object: Protection | None


@dataclass(frozen=True, kw_only=True)
class ShownProtections:
    """Every switch, those that the platform has first; covered: whether any platform of ours has the account."""

    words: wording.Texts
    rows: list[ShownProtection]
    cannot: list[ShownProtection]
    covered: bool


@dataclass(frozen=True, kw_only=True)
class ShownGroup:
    """Comments that belong together, by their numbers alone. gentle: nothing hurts there, so `all` leaves it alone."""

    pk: int
    name: str
    count: str
    comments: int
    people: int
    hides: bool
    state: str
    reported: str
    all_reported: bool
    gentle: bool


@dataclass(frozen=True, kw_only=True)
class ShownShield:
    """A shield, or the offer of one (`object` None). opened: it stands, and they have not answered yet.

    unreported: something that hurts was not reported; apart: some comments are left alone by what is done about all.
    """

    words: wording.Texts
    object: Shield | None
    opened: bool
    stands: bool
    comments: int
    people: int
    hostile: int
    count: str
    until: str
    kept: str
    groups: list[ShownGroup]
    can_hide: bool
    can_report: bool
    how: list[str]
    unreported: bool
    apart: bool


def protections(file: CareFile, *, guardian: bool = False) -> ShownProtections:
    """The switches of a file, in the reader's language. guardian: as somebody else reads it."""
    language, adult = _reader(file, guardian=guardian)
    said = wording.sentences("settings", language, adult)
    found = file.protections.prefetch_related("orders").order_by("pk")
    newest = {one.kind: one for one in found if one.state in OPEN}
    stuck = means.problems(order.pk for one in newest.values() for order in one.orders.all())
    rows = []
    covered = False
    for kind, words in kinds().items():
        by = means.of(file.reference, kind)
        covered |= by is not None
        standing = newest.get(kind)
        rows.append(
            ShownProtection(
                kind=kind,
                name=words.name.said(language, adult=adult),
                does=(words.about if guardian else words.does).said(language, adult=adult),
                costs="" if guardian else words.costs.said(language, adult=adult),
                how=_how(by, language),
                possible=means.can(by),
                state=standing.state if standing else "",
                said=_said(standing, said, stuck),
                object=standing,
            )
        )
    return ShownProtections(
        words=said,
        rows=[row for row in rows if row.possible or row.object],
        cannot=[row for row in rows if not row.possible and not row.object],
        covered=covered,
    )


def shield(file: CareFile) -> ShownShield | None:
    """The shield of a file, the one that stands before one that is over; the offer of one; None where it is no use."""
    found = file.shields.order_by("closed_at", "-opened_at").first()
    standing = next((one for one in file.shields.filter(closed_at=None) if one.stands), None)
    by = {kind: means.of(file.reference, kind) for kind in (Kind.HIDE, Kind.REPORT)}
    if found is None and not any(by.values()):
        return None
    return _shown(file, standing or found, by)


def shown_shield(one: Shield) -> ShownShield:
    """One shield, for a page of its own."""
    return _shown(one.file, one, {kind: means.of(one.file.reference, kind) for kind in (Kind.HIDE, Kind.REPORT)})


def _shown(file: CareFile, one: Shield | None, by: dict[Any, Means | None]) -> ShownShield:
    language, adult = _reader(file)
    said = wording.sentences("settings", language, adult)
    groups = _groups(one, said) if one else []
    comments = sum(group.comments for group in groups)
    kept = one.comments.exclude(sealed=b"") if one else None
    people = kept.values("author_digest").distinct().count() if kept is not None else 0
    stands = one is not None and one.stands
    until = ""
    if one is not None:
        until = said["shield_until" if stands else "shield_over"].format(
            day=day(one.ends_at if stands else one.keep_until)
        )
    return ShownShield(
        words=said,
        object=one,
        opened=one is not None and stands and one.accepted_at is None,
        stands=stands,
        comments=comments,
        people=people,
        hostile=kept.filter(hostile=True).count() if kept is not None else 0,
        count=said["shield_count"].format(comments=comments, people=people) if comments else said["shield_none"],
        until=until,
        kept=said["evidence_until"].format(day=day(one.keep_until)) if one else "",
        groups=groups,
        can_hide=means.can(by[Kind.HIDE]),
        can_report=means.can(by[Kind.REPORT]),
        how=[how for each in by.values() if means.can(each) and (how := _how(each, language))],
        unreported=any(not (group.gentle or group.all_reported) for group in groups),
        apart=any(group.gentle for group in groups),
    )


def _groups(one: Shield, said: wording.Texts) -> list[ShownGroup]:
    comments: Counter[int] = Counter()
    people: dict[int, set[str]] = {}
    held = one.comments.exclude(sealed=b"")
    hurt: set[int] = set()
    for group, author, hostile in held.values_list("group", "author_digest", "hostile"):
        comments[group] += 1
        people.setdefault(group, set()).add(author)
        if hostile:
            hurt.add(group)
    reported = Counter(
        held.filter(orders__kind=Kind.REPORT, orders__shield=one).distinct().values_list("group", flat=True)
    )
    hidden = held.filter(orders__in=one.orders.filter(kind=Kind.HIDE, ends_at__gt=now(), carried_out_at__isnull=False))
    hidden_in = Counter(hidden.distinct().values_list("group", flat=True))
    shown = []
    for group in one.groups.all():
        number = comments[group.pk]
        if not number:
            continue
        state = "group_shown"
        if group.hides and one.stands:
            state = "group_hidden" if hidden_in[group.pk] == number else "group_hiding"
        told = reported[group.pk]
        shown.append(
            ShownGroup(
                pk=group.pk,
                name=said[f"group_{group.sort}"],
                count=said["group_count"].format(comments=number, people=len(people[group.pk])),
                comments=number,
                people=len(people[group.pk]),
                hides=group.hides and one.stands,
                state=said[state],
                reported=said["group_reported"].format(number=told) if told else "",
                all_reported=told == number,
                gentle=group.sort != ShieldGroup.Sort.OTHERS and group.pk not in hurt,
            )
        )
    names = [said[f"group_{sort}"] for sort in ShieldGroup.Sort]
    return sorted(shown, key=lambda group: (names.index(group.name), -group.comments, group.pk))


def _reader(file: CareFile, *, guardian: bool = False) -> tuple[Language, bool]:
    language = cast(Language, "en" if (get_language() or "fr").startswith("en") else "fr")
    return language, guardian or file.age_band == Account.AgeBand.ADULT


def _how(by: Means | None, language: str) -> str:
    """What the platform does instead, or why it cannot; nothing where it does just that."""
    return by.words.get(language, "") if by and by.how != How.NATIVE else ""


def _said(standing: Protection | None, said: wording.Texts, stuck: dict[int, str]) -> str:
    if standing is None:
        return said["off"]
    if standing.state == State.PROPOSED:
        return said["proposed"].format(days=standing.lasts.days)
    if any(order.pk in stuck for order in standing.orders.all()):
        return said["trouble"]
    if standing.state == State.ACCEPTED:
        return said["waits"]
    return said["on_until"].format(day=day(standing.ends_at)) if standing.ends_at else said["on"]
