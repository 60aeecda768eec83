"""Shields: comments collected and grouped while many pile on somebody, hidden and reported when they say so.

The team may open one, so that nothing is lost while they are asked; what was collected goes at once when they say no.
Nothing is hidden or reported before they, or their guardian, accept. Everything hidden is shown again when they say so,
when the shield is closed, and at its end, whoever runs.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from rempart import ledger
from rempart.care import means
from rempart.care.errors import NotAllowed, NotAsWished, NotPossible, WrongState
from rempart.care.models import By, CareFile, CareOrder, Shield, ShieldedComment, ShieldGroup
from rempart.care.models.protections import THEIRS
from rempart.care.models.shields import LONGEST_KEPT, PURPOSE
from rempart.care.services.evidence import erase_evidence
from rempart.care.services.grouping import bring_together, keep_in_groups
from rempart.care.services.guards import ensure_looks_after, ensure_stands, locked
from rempart.care.services.orders import ask_about, end_now
from rempart.care.services.protections import STANDING
from rempart.files import sealing
from rempart.intake.services import pseudonym
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.ledger.services import reference
from rempart.lookout.models import PileOn
from rempart.radar.pile_ons.hostility import is_hostile
from rempart.records import AccountReference
from rempart.records.post import Instant
from rempart.staff.models import StaffMember

LASTS = timedelta(days=30)
KEPT = timedelta(days=365)
"""How long a shield lasts, and its evidence is kept, where nobody says otherwise."""

Kind = CareOrder.Kind


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as a platform hands it in. number: the platform's own; about: what it answers.

    hostile: whether the platform holds it to be; where it does not say, its text is read (`rempart.radar`).
    """

    number: str
    author: AccountReference
    said_at: Instant
    text: str
    about: str = ""
    hostile: bool | None = None


@transaction.atomic
def open_shield(
    file: CareFile,
    pile_on: PileOn | None = None,
    *,
    acting: StaffMember | None = None,
    by: By | None = None,
    lasts: timedelta = LASTS,
) -> Shield:
    """Open a shield for a file, or return the one that is open, with what the pile-on adds to it.

    acting: the member who opens it; or `by`, the person or their guardian, who thereby accept it; neither where the
    lookout found the pile-on (`answer_pile_on`). Raises NotAllowed, JudgesThem, Silent, WrongState.
    """
    file = locked(file)
    ensure_stands(file, *STANDING)
    if acting is not None:
        ensure_looks_after(file, acting)
    elif by is not None:
        _theirs(by)
    moment = now()
    shield = _standing(file)
    if shield is None:
        shield = Shield.objects.create(
            file=file,
            because=reference(pile_on) if pile_on else "",
            opened_at=moment,
            opened_by=acting,
            ends_at=moment + lasts,
            keep_until=moment + max(KEPT, lasts),
        )
        ShieldGroup.objects.create(shield=shield, sort=ShieldGroup.Sort.OTHERS)
        said = {"because": shield.because, "by": by or "team", "ends_at": shield.ends_at.isoformat()}
        ledger.append(Event.SHIELD_OPENED, subject=shield, acting=acting, content=said)
    if pile_on is not None:
        together = {member: str(group["id"]) for group in pile_on.groups for member in group["members"]}
        if known := together.items() - shield.together.items():
            shield.together = shield.together | together
            shield.because = shield.because or reference(pile_on)
            shield.save(update_fields=["together", "because"])
            bring_together(shield, [member for member, _group in known])
            _settle_hidden(shield)
    return accept_shield(shield, by=by) if by is not None else shield


@transaction.atomic
def accept_shield(shield: Shield, *, by: By) -> Shield:
    """They accept it. Said again, nothing changes. Raises NotAllowed, WrongState when it is over."""
    _theirs(by)
    shield = _locked(shield)
    _ensure_open(shield)
    if shield.accepted_at is None:
        shield.accepted_at, shield.accepted_by = now(), by
        shield.save(update_fields=["accepted_at", "accepted_by"])
        ledger.append(Event.SHIELD_ACCEPTED, subject=shield, content={"by": by})
        _settle_hidden(shield)
    return shield


@transaction.atomic
def close_shield(shield: Shield, *, by: By, acting: StaffMember | None = None) -> Shield:
    """End a shield: what is hidden is shown again. The evidence stays as long as they chose.

    One that was never accepted leaves nothing behind. Closed again, nothing changes.
    """
    shield = _locked(shield)
    if shield.closed_at is None:
        shield.closed_at = now()
        shield.save(update_fields=["closed_at"])
        ledger.append(Event.SHIELD_CLOSED, subject=shield, acting=acting, content={"by": by})
        end_now(shield.file, shield.orders.filter(kind=Kind.HIDE))
        if shield.accepted_at is None:
            erase_evidence(shield, because="not accepted", acting=acting)
    return shield


@transaction.atomic
def collect(shield: Shield, said: Iterable[Said]) -> int:
    """Seal comments that a platform handed in, and put them into their groups. Returns how many are new.

    One that came before stays as it was first: what its author made of it later is another matter. What comes into a
    group that is hidden is hidden too. Raises WrongState when the shield is over.
    """
    shield = _locked(shield)
    _ensure_open(shield)
    new = {one.number: one for one in said}
    for known in shield.comments.filter(number__in=list(new)).values_list("number", flat=True):
        del new[known]
    if not new:
        return 0
    moment, service = now(), shield.file.service
    made = [
        ShieldedComment(
            shield=shield,
            number=one.number,
            author=one.author.handle,
            author_id=one.author.id or "",
            author_digest=pseudonym(f"{service}:{one.author.handle}"),
            about=one.about,
            said_at=one.said_at,
            collected_at=moment,
            sha256=hashlib.sha256(one.text.encode()).hexdigest(),
            sealed=sealing.seal(one.text, purpose=PURPOSE),
            hostile=is_hostile(one.text) if one.hostile is None else one.hostile,
        )
        for one in new.values()
    ]
    placed = keep_in_groups(shield, made, [one.text for one in new.values()])
    sealed = [{"comment": one.pk, "sha256": one.sha256, "said_at": one.said_at.isoformat()} for one in made]
    ledger.append(Event.SHIELD_COLLECTED, subject=shield, content={"comments": sealed})
    _settle_hidden(shield, among=placed)
    return len(made)


@transaction.atomic
def hide(shield: Shield, group: ShieldGroup | None = None, *, by: By) -> int:
    """Hide a group of comments, or all that hurt, and those still to come. Returns how many groups this changed.

    All that hurt: every group but those in which nothing reads as an insult or a threat.

    Raises NotAllowed, WrongState unless it is accepted and stands, NotPossible where the platform cannot.
    """
    return _set_hidden(shield, group, True, by)


@transaction.atomic
def show(shield: Shield, group: ShieldGroup | None = None, *, by: By) -> int:
    """Show a group of comments again, or all of them, at once. Returns how many groups this changed."""
    return _set_hidden(shield, group, False, by)


@transaction.atomic
def report(shield: Shield, group: ShieldGroup | None = None, *, comment: ShieldedComment | None = None, by: By) -> int:
    """Report a comment, a group of them, or all that hurt to the platform: each once. Returns how many these are.

    Nobody is reported in bulk for words in which nothing hurts. Raises NotAllowed, NotAsWished for a group of such
    words, WrongState unless it is accepted and stands, NotPossible where the platform takes no reports.
    """
    _theirs(by)
    shield = _locked(shield)
    _ensure_accepted(shield)
    _ensure_possible(shield, Kind.REPORT)
    if comment is not None:
        comments = shield.comments.filter(pk=comment.pk)
    elif group is None:
        comments = shield.comments.filter(group__in=_that_hurt(shield))
    elif group.sort == ShieldGroup.Sort.GENTLE:
        raise NotAsWished("what nothing speaks against is reported one by one")
    else:
        comments = shield.comments.filter(group=group)
    reported = CareOrder.objects.filter(shield=shield, kind=Kind.REPORT)
    waiting = list(comments.exclude(orders__in=reported).order_by("pk"))
    if waiting:
        said = {"group": group.pk if group else None, "comments": len(waiting), "by": by}
        ledger.append(Event.COMMENTS_REPORTED, subject=shield, content=said)
        ask_about(Kind.REPORT, shield, waiting, ends_at=None)
    return len(waiting)


@transaction.atomic
def keep_until(shield: Shield, until: datetime, *, by: By) -> Shield:
    """They choose how long the evidence is kept. Raises NotAllowed, NotAsWished beyond six years or in the past."""
    _theirs(by)
    shield = _locked(shield)
    if not max(now(), shield.opened_at) <= until <= shield.opened_at + LONGEST_KEPT:
        raise NotAsWished("evidence is kept until a moment to come, and six years at most")
    shield.keep_until = until
    shield.save(update_fields=["keep_until"])
    ledger.append(Event.EVIDENCE_KEPT_UNTIL, subject=shield, content={"until": until.isoformat(), "by": by})
    return shield


@transaction.atomic
def extend(shield: Shield, *, by: By, lasts: timedelta = LASTS) -> Shield:
    """They want it to go on for that long from now; what is hidden stays hidden meanwhile.

    Raises NotAllowed, WrongState unless it is accepted and stands.
    """
    _theirs(by)
    shield = _locked(shield)
    _ensure_accepted(shield)
    until = now() + lasts
    if until > shield.ends_at:
        shield.ends_at, shield.keep_until = until, max(until, shield.keep_until)
        shield.save(update_fields=["ends_at", "keep_until"])
        ledger.append(Event.SHIELD_EXTENDED, subject=shield, content={"until": until.isoformat(), "by": by})
        standing = shield.orders.filter(kind=Kind.HIDE, ends_at__gt=now())
        ask_about(Kind.HIDE, shield, _hidden(shield), ends_at=until)
        end_now(shield.file, [order for order in standing if order.ends_at != until])
    return shield


@transaction.atomic
def forget(shield: Shield, *, by: By) -> None:
    """They want nothing of it kept: it is closed, and the evidence goes at once. Raises NotAllowed."""
    _theirs(by)
    erase_evidence(close_shield(shield, by=by), because="asked for")


def close_all(file: CareFile, *, by: By, acting: StaffMember | None = None) -> None:
    """Close what is open: the support is refused, or over."""
    for shield in file.shields.filter(closed_at=None):
        close_shield(shield, by=by, acting=acting)


def shields_for(service: str, handle: str, number: str | None) -> Sequence[Shield]:
    """The shields that stand for an account, by its number where one is given: handles change hands."""
    named = {"file__platform_id": number} if number else {"file__handle": handle}
    found = Shield.objects.filter(file__service=service, closed_at=None, ends_at__gt=now(), **named)
    if number and not found:
        found = Shield.objects.filter(
            file__service=service, file__handle=handle, file__platform_id=None, closed_at=None, ends_at__gt=now()
        )
    return list(found.select_related("file"))


def pile_on_about(file: CareFile) -> PileOn | None:
    """The newest pile-on on the account of a file that nobody dismissed."""
    named = Q(account__service=file.service, account__handle=file.handle, account__holds_handle=True)
    if file.platform_id:
        named |= Q(account__service=file.service, account__platform_id=file.platform_id)
    states = [PileOn.State.OPEN, PileOn.State.ANSWERED]
    return PileOn.objects.filter(named, state__in=states).order_by("-detected_at").first()


def answer_pile_on(pile_on: PileOn) -> Shield | None:
    """Put comments aside from now on for somebody who said yes to the support; None for whoever has not.

    They decide what is hidden and reported, and whether anything is kept.
    """
    if pile_on.account is None:
        return None
    named = Q(handle=pile_on.account.handle)
    if pile_on.account.platform_id:
        named |= Q(platform_id=pile_on.account.platform_id)
    file = CareFile.objects.filter(named, service=pile_on.account.service, erasing_since=None).first()
    if file is None or file.standing != CareFile.State.ACCEPTED:
        return None
    return open_shield(file, pile_on)


def _set_hidden(shield: Shield, group: ShieldGroup | None, hides: bool, by: By) -> int:
    _theirs(by)
    shield = _locked(shield)
    _ensure_accepted(shield)
    if hides:
        _ensure_possible(shield, Kind.HIDE)
    groups = shield.groups.all()
    if group is not None:
        groups = groups.filter(pk=group.pk)
    elif hides:
        groups = groups.filter(pk__in=_that_hurt(shield))
    changed = groups.exclude(hides=hides).update(hides=hides)
    if changed:
        event = Event.COMMENTS_HIDDEN if hides else Event.COMMENTS_SHOWN
        ledger.append(event, subject=shield, content={"group": group.pk if group else None, "by": by})
        _settle_hidden(shield)
    return changed


def _that_hurt(shield: Shield) -> list[int]:
    """The groups that what is done about all is about, those still empty included."""
    hurts = Exists(ShieldedComment.objects.filter(group=OuterRef("pk"), hostile=True))
    return list(shield.groups.filter(Q(sort=ShieldGroup.Sort.OTHERS) | hurts).values_list("pk", flat=True))


def _settle_hidden(shield: Shield, among: Collection[int] | None = None) -> None:
    """Make the orders that stand say what the groups say: what should be hidden is asked for once, the rest ended.

    among: the comments that came or moved, where nothing else can have changed, and what was hidden stays so.
    """
    if shield.accepted_at is None or not shield.stands:
        return
    standing = shield.orders.filter(kind=Kind.HIDE, ends_at__gt=now())
    wanted, over = _hidden(shield), CareOrder.objects.none()
    if among is None:
        over = standing.filter(comments__group__hides=False)
    else:
        wanted = wanted.filter(pk__in=among)
    over = list(over.distinct())
    asked = standing.exclude(pk__in=[one.pk for one in over])
    # First what is to be hidden: the platform then leaves hidden what an order that ends has in common with it.
    missing = wanted.exclude(pk__in=asked.filter(comments__isnull=False).values("comments"))
    ask_about(Kind.HIDE, shield, missing, ends_at=shield.ends_at)
    end_now(shield.file, over)


def _hidden(shield: Shield) -> QuerySet[ShieldedComment]:
    """What they want hidden."""
    return shield.comments.filter(group__hides=True).order_by("pk")


def _standing(file: CareFile) -> Shield | None:
    """The shield that is open; one that is past its end is closed on the way."""
    shield = Shield.objects.select_for_update(of=("self",)).filter(file=file, closed_at=None).first()
    if shield is not None and not shield.stands:
        close_shield(shield, by=By.TEAM)
        return None
    return shield


def _locked(shield: Shield) -> Shield:
    return Shield.objects.select_for_update(of=("self",)).select_related("file").get(pk=shield.pk)


def _ensure_open(shield: Shield) -> None:
    if not shield.stands:
        raise WrongState


def _ensure_accepted(shield: Shield) -> None:
    _ensure_open(shield)
    if shield.accepted_at is None:
        raise WrongState


def _ensure_possible(shield: Shield, act: CareOrder.Kind) -> None:
    if not means.can(means.of(shield.file.reference, act)):
        raise NotPossible


def _theirs(by: By) -> None:
    if by not in THEIRS:
        raise NotAllowed
