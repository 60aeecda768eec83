"""What happened to a measure, in order, and the same as a line: what its page shows."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rempart.casework.models import Decision
from rempart.casework.services.orders import UNDO_WINDOW
from rempart.casework.services.taking import EARLIEST
from rempart.casework.views.shown import EventShown
from rempart.ledger.clock import now
from rempart.platforms.forms import SettleForm
from rempart.platforms.line import Line, Span, line
from rempart.platforms.models import Drift, Execution
from rempart.platforms.selectors import Stretch, There

FOREVER = timedelta(days=30)  # how far the line of a measure without an end reaches beyond the present


def ends_of(stretch: Stretch) -> datetime | None:
    """When the measure ends or ended, whichever came first."""
    measure = stretch.measure
    return min((at for at in (measure.decision.closes_at, measure.lifted_at) if at is not None), default=None)


def story_of(stretch: Stretch) -> list[EventShown]:
    """What happened to a measure and what comes, oldest first, each with who did it and why."""
    events = [*_decided(stretch), *_on_platform(stretch), *_drifts(stretch.drifts), *_ended(stretch)]
    return sorted(events, key=lambda one: one.at)


def _decided(stretch: Stretch) -> Iterable[EventShown]:
    decision = stretch.measure.decision
    people = [one for one in (decision.approved_by, decision.seconded_by) if one is not None]
    by_itself = decision.approval == "automatic"
    yield EventShown(
        at=decision.taken_at,
        what=_("Decided by the rules alone") if by_itself else _("Decided"),
        who=str(decision.rulebook) if by_itself else ", ".join(str(one) for one in people),
        reason=_quoted(decision.seconded_because or decision.approved_because),
    )
    delay = decision.begins_at - decision.taken_at
    ahead = decision.begins_at > now()
    yield EventShown(
        at=decision.begins_at,
        what=_("Takes effect") if ahead else _("Took effect"),
        reason=_("Delayed at random, so that it does not betray who spoke.") if delay >= EARLIEST else "",
        ahead=ahead,
    )


def _quoted(reason: str) -> str:
    return _("“%(reason)s”") % {"reason": reason} if reason else ""


def _on_platform(stretch: Stretch) -> Iterable[EventShown]:
    done, lifted = stretch.applied, stretch.lifted
    name = str(stretch.platform or "")
    lift = stretch.lift
    if lift is not None and lift.due_at > now() and lift.due_at - lift.ordered_at <= UNDO_WINDOW:
        minute = _("After a minute during which it can be undone.")
        yield EventShown(at=lift.due_at, what=_("Taken off on the platform"), who=name, reason=minute, ahead=True)
    if done is not None and done.preserved_at is not None:
        what = _("Kept before anything changed: profile, publications, logs")
        yield EventShown(at=done.preserved_at, what=what, who=name)
    because = _("For the decision before: it goes on without a gap.") if stretch.handed_over else ""
    for one, did, seen, reason in (
        (done, _("Applied on the platform"), _("Seen in force there"), because),
        (lifted, _("Taken off on the platform"), _("Seen gone there"), ""),
    ):
        if one is not None and _done(one):
            yield EventShown(at=one.done_at, what=did, who=name, reason=reason)
            if one.seen_at is not None:
                yield EventShown(at=one.seen_at, what=seen, who=name)


def _done(execution: Execution | None) -> bool:
    return execution is not None and execution.state == Execution.State.DONE


def _drifts(drifts: Iterable[Drift]) -> Iterable[EventShown]:
    for one in drifts:
        yield EventShown(
            at=one.found_at,
            what=_("Found on the platform: %(what)s") % {"what": one.get_kind_display()},
            who=str(one.platform),
        )
        if one.settled_at is not None:
            yield EventShown(
                at=one.settled_at,
                what=_("Settled: %(what)s") % {"what": one.get_kind_display()},
                who=str(one.settled_by) if one.settled_by else _("by itself"),
                reason=_quoted(one.settled_because),
            )


def _ended(stretch: Stretch) -> Iterable[EventShown]:
    measure, decision = stretch.measure, stretch.measure.decision
    ends = ends_of(stretch)
    if ends is None:
        return
    ahead = ends > now()
    if measure.lifted_at == ends:
        what = _("Will be lifted by a person") if ahead else _("Lifted by a person")
        yield EventShown(
            at=ends, what=what, who=str(measure.lifted_by), reason=_quoted(measure.lifted_because), ahead=ahead
        )
    elif decision.ended == Decision.Ended.TAKEN_OVER and decision.ended_at == ends:
        yield EventShown(at=ends, what=_("Taken over by another decision"), ahead=ahead)
    else:
        yield EventShown(at=ends, what=_("Ends by itself") if ahead else _("Ended by itself"), ahead=ahead)


def drift_shown(drift: Drift, may_review: bool) -> dict[str, Any]:
    """A difference that is open: in words, what it means, and the form to settle it."""
    return {
        "drift": drift,
        "words": capfirst(drift.get_kind_display()),
        "means": {
            Drift.Kind.LOST: _(
                "Somebody else lifted it there, or the platform lost it. It is put back once by itself."
            ),
            Drift.Kind.LINGERS: _("It ended here, and the platform still shows it."),
            Drift.Kind.FOREIGN: _("We neither change nor lift what the platform’s own staff did."),
            Drift.Kind.GONE: _("It was deleted, or moved to another server."),
        }[Drift.Kind(drift.kind)],
        "form": SettleForm(drift=drift, auto_id=f"settle{drift.pk}_%s") if may_review else None,
    }


def chart_of(stretch: Stretch, there: There) -> Callable[[int], Line | None]:
    """The line of a measure, for a width in units."""
    decision, moment = stretch.measure.decision, now()
    begins = decision.begins_at
    ends = ends_of(stretch)
    until = ends or max(moment, begins) + FOREVER
    decided = [
        Span(begins=decision.taken_at, ends=min(begins, until), kind="waits"),
        Span(begins=begins, ends=min(max(moment, begins), until), kind="holds"),
        Span(begins=max(moment, begins), ends=until, kind="ahead"),
    ]
    held = list(_held(stretch, there, until))
    marks = [decision.taken_at, until if ends else moment, begins, moment]
    return lambda width: line(decided, held, marks=marks, now=moment, width=width)


def _held(stretch: Stretch, there: There, until: datetime) -> Iterable[Span]:
    """When it held on the platform, with the gaps in which it was seen not to."""
    done, lifted, moment = stretch.applied, stretch.lifted, now()
    if done is None or not _done(done):
        return
    begins = max(done.done_at, stretch.measure.decision.begins_at)
    off = lifted.done_at if lifted is not None and _done(lifted) else None
    at = begins
    for gap in sorted((one for one in stretch.drifts if one.kind in ("lost", "gone")), key=lambda one: one.found_at):
        back = min(gap.settled_at or moment, off or moment)
        if gap.found_at > at:
            yield Span(begins=at, ends=gap.found_at, kind="holds")
        yield Span(begins=max(gap.found_at, at), ends=back, kind="gap")
        at = max(at, back)
    yield Span(begins=at, ends=max(at, off or moment), kind="holds")
    if off is None and moment < until and there.restrains:
        yield Span(begins=max(at, moment), ends=until, kind="ahead")
