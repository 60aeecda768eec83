"""What the templates of the desk need to know, and nothing more: plain values made from what is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.casework.models import AssessmentRecord, Case, Decision
from rempart.casework.priority import Waiting, grounds
from rempart.casework.states import State
from rempart.intake.models import Testimony
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.writing import day, moment
from rempart.records import AccountReference
from rempart.staff.models import StaffMember


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What holds for an account: none, waiting, to_come, in_force, confirmed, lifted, ended or closed."""

    state: str = "none"
    measures: Sequence[str] = ()
    mode: str = "none"
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    review_due: datetime | None = None
    given: int = 0
    needed: int = 0
    also_proposed: bool = False

    @property
    def restrains(self) -> bool:
        """Whether something is restricted now."""
        return self.state in {"in_force", "confirmed"} and set(self.measures) != {"watch"}

    @property
    def words(self) -> str:
        """The measures in words, the first letter large."""
        words = ", ".join(words_for("measure", name) for name in self.measures)
        return words[:1].upper() + words[1:]

    @property
    def short(self) -> str:
        """The state in a few words."""
        return {
            "none": _("nothing in force"),
            "waiting": _("waiting for approval %(given)d/%(needed)d") % {"given": self.given, "needed": self.needed},
            "to_come": _("begins %(day)s") % {"day": day(self.begins_at) if self.begins_at else ""},
            "in_force": words_for("mode", self.mode),
            "confirmed": _("kept after review"),
            "lifted": _("lifted"),
            "ended": _("ended by itself"),
            "closed": _("closed"),
        }[self.state]

    @property
    def headline(self) -> str:
        """The first line of a case: what is restricted, until when."""
        if self.state == "waiting":
            return _("Proposed, not in force: %(measures)s") % {"measures": self.words[:1].lower() + self.words[1:]}
        if self.state == "to_come" and self.begins_at:
            return _("%(measures)s from %(begins)s") % {"measures": self.words, "begins": moment(self.begins_at)}
        if self.state in {"in_force", "confirmed"}:
            return self._until()
        return _("Case closed: nothing is restricted") if self.state == "closed" else _("Nothing is restricted")

    def _until(self) -> str:
        if self.ends_at is None:
            return self.words
        if list(self.measures) == ["watch"]:
            return _("Watched until %(end)s: nothing is restricted") % {"end": moment(self.ends_at)}
        return _("%(measures)s until %(end)s") % {"measures": self.words, "end": moment(self.ends_at)}

    @property
    def detail(self) -> str:
        """The second line: in what spirit, and what comes next."""
        sentences = [self._spirit(), *([_("A change is proposed.")] if self.also_proposed else [])]
        return " ".join(sentences)

    def _spirit(self) -> str:
        precaution = _("This is a precaution, not a finding.")
        missing = self.needed - self.given
        if self.state == "waiting":
            wait = ngettext("%(count)d approval is missing.", "%(count)d approvals are missing.", missing)
            return wait % {"count": missing}
        if self.state in {"in_force", "to_come", "confirmed"}:
            if self.mode == "final":
                return _("The facts were established.")
            if self.state == "confirmed":
                return precaution + " " + _("A person looked at it again and kept it.")
            review = _("A person must look at it again by %(day)s.")
            return precaution + " " + review % {"day": day(self.review_due)} if self.review_due else precaution
        past = {
            "lifted": _("A person lifted what was restricted."),
            "ended": _("What was restricted ended by itself."),
        }
        return past.get(self.state) or _("It is looked at again with every new testimony.")

    @property
    def icon(self) -> str:
        """The drawing beside the headline."""
        icons = {"waiting": "clock", "to_come": "clock", "in_force": "shield", "confirmed": "check", "lifted": "lift"}
        return icons.get(self.state, "eye")

    @property
    def quiet(self) -> bool:
        """Whether nothing is restricted or proposed."""
        return self.state in {"none", "lifted", "ended", "closed"}


def standing_of(case: Case) -> Standing:
    """Where a case stands now, by the dates of its decisions (`decisions` and their `measures` fetched before)."""
    decisions = list(case.decisions.all())
    proposed = [one for one in decisions if one.state == Decision.State.PROPOSED]
    holding = [one for one in decisions if one.in_force] or [one for one in decisions if one.to_come]
    if holding:
        return standing_by(holding[0], also_proposed=bool(proposed))
    if proposed:
        return standing_by(proposed[0])
    if case.state == State.CLOSED:
        return Standing(state="closed")
    taken = [one for one in decisions if one.state == Decision.State.TAKEN]
    if taken:
        return standing_by(max(taken, key=lambda one: one.closes_at or one.taken_at or now()))
    return Standing()


def standing_by(decision: Decision, *, also_proposed: bool = False) -> Standing:
    """What one decision makes hold now, alone."""
    state = _state(decision)
    measures = decision.measures.all()
    return Standing(
        state=state,
        measures=[one.measure for one in measures if one.lifted_at is None] or [one.measure for one in measures],
        mode=decision.mode,
        begins_at=decision.begins_at,
        ends_at=decision.closes_at if state in {"in_force", "confirmed", "to_come"} else None,
        review_due=decision.review_due,
        given=(decision.approved_by_id is not None) + (decision.seconded_by_id is not None),
        needed={"two_reviewers": 2, "one_reviewer": 1}.get(decision.approval, 0),
        also_proposed=also_proposed,
    )


def _state(decision: Decision) -> str:
    if decision.state == Decision.State.PROPOSED:
        return "waiting"
    if decision.in_force:
        return "confirmed" if decision.confirmed_at else "in_force"
    if decision.to_come:
        return "to_come"
    return "lifted" if decision.ended == Decision.Ended.LIFTED else "ended"


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """An account in a table. `url` is empty when it has no case; `credibility` is None while it is hidden."""

    url: str
    about: AccountReference
    credibility: float | None
    sources: float
    coordination: float
    severity: int
    standing: Standing
    current: bool = False
    why: Sequence[str] = ()
    holder: StaffMember | None = None


def account_line(
    case: Case,
    record: AssessmentRecord,
    *,
    hidden: bool,
    current: bool = False,
    place: Waiting | None = None,
    holder: StaffMember | None = None,
) -> AccountLine:
    """The line of a case, from its latest assessment; `place` is what places it in the queue, where that is told."""
    return AccountLine(
        url=reverse("casework:case", args=[case.pk]),
        about=case.account.reference,
        credibility=None if hidden else record.credibility,
        sources=record.independent_sources,
        coordination=record.coordination,
        severity=record.severity,
        standing=standing_of(case),
        current=current,
        why=[words_for("ground", one) for one in grounds(place, now())] if place else (),
        holder=holder,
    )


@dataclass(kw_only=True)
class TestimonyShown:
    """One testimony as a reviewer reads it; `repeated` others nearly repeat it, the first ones in `repeats`."""

    key: int
    uid: str
    received_at: datetime
    channel: str
    stance: str
    text: str
    lang: str | None
    service: str | None
    spans: Mapping[str, Sequence[Sequence[int]]]
    reading: Sequence[str]
    evidence: Sequence[str]
    repeats: list["TestimonyShown"] = field(default_factory=list)
    repeated: int = 0


def testimony_shown(one: Testimony) -> TestimonyShown:
    """A stored testimony (its `post` fetched before)."""
    post = one.post
    reading = [words_for("conduct", name) for name in one.conduct]
    reading += [_("met on %(service)s") % {"service": words_for("service", name)} for name in one.met_on]
    reading += [_("happened on %(service)s") % {"service": words_for("service", name)} for name in one.conduct_services]
    if one.complainant_minor:
        reading.append(_("a minor"))
    said = [piece["kind"] for piece in one.evidence] or (post.read.get("evidence", []) if post else [])
    return TestimonyShown(
        key=one.pk,
        uid=one.uid,
        received_at=one.received_at,
        channel=one.channel,
        stance=one.stance,
        text=(post.text if post else one.text) or "",
        lang=post.lang if post else None,
        service=post.service if post else None,
        spans=post.read.get("spans", {}) if post else {},
        reading=reading,
        evidence=list(dict.fromkeys(said)),
    )


@dataclass(frozen=True, kw_only=True)
class EventShown:
    """Something that was done or will happen, for the timeline."""

    at: datetime
    what: str
    who: str = ""
    reason: str = ""
    ahead: bool = False


def timeline_of(case: Case, decisions: Iterable[Decision]) -> list[EventShown]:
    """What was done on a case and what will come by itself, oldest first."""
    events = [EventShown(at=case.opened_at, what=_("Case opened"))]
    if case.danger_at:
        events.append(
            EventShown(
                at=case.danger_at,
                what=_("Imminent danger recorded"),
                who=str(case.danger_by),
                reason=case.danger_because,
            )
        )
    for decision in decisions:
        if decision.state != Decision.State.UNDONE:
            events += _events(decision)
    if case.closed_at:
        events.append(
            EventShown(at=case.closed_at, what=_("Case closed"), who=str(case.closed_by), reason=case.closed_because)
        )
    return sorted(events, key=lambda event: event.at)


def _events(decision: Decision) -> Iterable[EventShown]:
    measures = ", ".join(words_for("measure", one.measure) for one in decision.measures.all())
    if decision.approval != "automatic":
        what = _("Renewal asked: %(measures)s") if decision.renews_id else _("Proposed: %(measures)s")
        yield EventShown(at=decision.proposed_at, what=what % {"measures": measures}, who=str(decision.rulebook))
    people = [
        (decision.approved_at, _("Approved"), decision.approved_by, decision.approved_because),
        (decision.seconded_at, _("Approved by a second person"), decision.seconded_by, decision.seconded_because),
        (decision.declined_at, _("Declined"), decision.declined_by, decision.declined_because),
        (decision.confirmed_at, _("Reviewed and confirmed"), decision.confirmed_by, decision.confirmed_because),
    ]
    for at, what, who, reason in people:
        if at is not None:
            yield EventShown(at=at, what=what, who=str(who), reason=reason)
    for one in decision.measures.all():
        if one.lifted_at is not None:
            what = _("Lifted: %(measures)s") % {"measures": words_for("measure", one.measure)}
            yield EventShown(at=one.lifted_at, what=what, who=str(one.lifted_by), reason=one.lifted_because)
    yield from _dates(decision, measures)


def _dates(decision: Decision, measures: str) -> Iterable[EventShown]:
    if decision.state != Decision.State.TAKEN or decision.begins_at is None:
        return
    ends = decision.closes_at
    if ends is not None and ends <= decision.begins_at:
        return
    begins = _("Begins: %(measures)s") if decision.begins_at > now() else _("In force: %(measures)s")
    who = str(decision.rulebook) if decision.approval == "automatic" else ""
    yield EventShown(
        at=decision.begins_at, what=begins % {"measures": measures}, who=who, ahead=decision.begins_at > now()
    )
    if decision.review_due and not decision.confirmed_at and decision.review_due > now() and ends and ends > now():
        yield EventShown(at=decision.review_due, what=_("Review due"), ahead=True)
    if ends is None or decision.ended == Decision.Ended.LIFTED:
        return
    if decision.ended == Decision.Ended.TAKEN_OVER:
        yield EventShown(at=ends, what=_("Taken over by another decision"), ahead=ends > now())
    else:
        yield EventShown(at=ends, what=_("Ends by itself"), ahead=ends > now())
