"""What can be done on a case now: a form each, with what follows from it in words, and the service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.casework import services
from rempart.casework.forms import LiftForm, ReasonForm
from rempart.casework.models import Case, Decision
from rempart.casework.services.taking import needs_delay
from rempart.casework.states import State
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.writing import moment
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done: what the form says, and what it does once it is valid.

    `name` holds the number of the decision that it is about, so that a page left open acts on no other.
    """

    kind: str
    name: str
    title: str
    button: str
    consequences: list[str]
    url: str
    form: ReasonForm
    do: Callable[[ReasonForm], Any]
    done: str


def actions_for(case: Case, acting: StaffMember, sent: Mapping[str, Any] | None = None, name: str = "") -> list[Action]:
    """What `acting` can do on `case` now, the likeliest first. The form called `name` is bound to what was `sent`."""
    if not acting.may(Permission.REVIEW):
        return []
    decisions = list(case.decisions.select_related("approved_by", "seconded_by").prefetch_related("measures"))
    waiting = next((one for one in decisions if one.state == Decision.State.PROPOSED), None)
    standing = [one for one in decisions if one.in_force or one.to_come]
    desk = _Desk(case, acting, sent, name, several=len(standing) > 1)
    actions: list[Action | None] = []
    if waiting is not None:
        actions += [desk.approve(waiting), desk.decline(waiting)]
    for decision in standing:
        actions += [desk.confirm(decision), desk.lift(decision), desk.renew(decision)]
    if any(one.to_come for one in standing) and case.danger_at is None:
        actions.append(desk.danger())
    if waiting is None and not standing and case.state != State.CLOSED:
        actions.append(desk.close())
    return [action for action in actions if action is not None]


class _Desk:
    def __init__(
        self, case: Case, acting: StaffMember, sent: Mapping[str, Any] | None, name: str, *, several: bool
    ) -> None:
        self.case, self.acting, self.sent, self.name, self.several = case, acting, sent, name, several

    def _titled(self, title: str, decision: Decision) -> str:
        """The title of a form, with the measures that it is about where there are several decisions to choose from."""
        return f"{title} ({_measures(decision)})" if self.several else title

    def _action(
        self, kind: str, about: Case | Decision, form: Callable[..., ReasonForm] = ReasonForm, **words: Any
    ) -> Action:
        name = f"{kind}-{about.pk}"
        return Action(
            kind=kind,
            name=name,
            url=reverse("casework:act", args=[self.case.pk, name]),
            form=form(self.sent if name == self.name else None, auto_id=f"{name}_%s"),
            **words,
        )

    def approve(self, decision: Decision) -> Action | None:
        if self.acting == decision.approved_by:
            return None
        needed = 2 if decision.approval == "two_reviewers" else 1
        last = needed == 1 or decision.approved_by is not None
        if last:
            follows = [_("These take effect: %(measures)s.") % {"measures": _measures(decision)}]
            if needs_delay(decision):
                follows.append(
                    _("They begin after 6 to 48 hours drawn at random, so that they do not betray who spoke.")
                )
            follows.append(_("They end by themselves, and a review is due before that."))
            follows.append(_("It is a precaution: nothing here says that anybody did something wrong."))
        else:
            follows = [
                _("A second person has to approve before anything changes."),
                _("Your name and reason are kept."),
            ]
        return self._action(
            "approve",
            decision,
            title=_("Approve the measure"),
            button=_("Approve"),
            consequences=follows,
            do=lambda form: services.approve_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Approved.") if last else _("Approved. It waits for a second person."),
        )

    def decline(self, decision: Decision) -> Action:
        return self._action(
            "decline",
            decision,
            title=_("Decline the measure"),
            button=_("Decline"),
            consequences=[
                _("Nothing is restricted."),
                _("The same is not proposed again until somebody says something new."),
            ],
            do=lambda form: services.decline_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Declined: nothing is restricted."),
        )

    def confirm(self, decision: Decision) -> Action | None:
        if decision.mode != Decision.Mode.PREVENTIVE or decision.confirmed_at is not None:
            return None
        return self._action(
            "confirm",
            decision,
            title=self._titled(_("Confirm the measure"), decision),
            button=_("Confirm"),
            consequences=[
                _("It stays until %(end)s, then ends by itself.") % {"end": moment(decision.ends_at)},
                _("It is noted that a person looked at it. It is still a precaution."),
            ],
            do=lambda form: services.confirm_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Confirmed until %(end)s.") % {"end": moment(decision.ends_at)},
        )

    def lift(self, decision: Decision) -> Action:
        left = {one.measure: one for one in decision.measures.all() if one.lifted_at is None}

        def do(form: ReasonForm) -> None:
            chosen = form.cleaned_data.get("measures") or list(left)
            with transaction.atomic():
                for name in chosen:
                    services.lift_measure(left[name], acting=self.acting, reason=_reason(form))

        return self._action(
            "lift",
            decision,
            lambda *args, **kwargs: LiftForm(*args, measures=list(left), **kwargs),
            title=self._titled(_("Lift the measure") if len(left) == 1 else _("Lift measures"), decision),
            button=_("Lift"),
            consequences=[
                _("The account gets back at once what was restricted."),
                _("The same article does not act by itself on this account again."),
            ],
            do=do,
            done=_("Lifted. The platform has been asked to restore the account."),
        )

    def renew(self, decision: Decision) -> Action | None:
        if decision.mode != Decision.Mode.PREVENTIVE or not decision.in_force or now() < decision.review_due:
            return None
        if self.acting in (decision.approved_by, decision.seconded_by):
            return None
        return self._action(
            "renew",
            decision,
            title=self._titled(_("Renew the measure"), decision),
            button=_("Renew"),
            consequences=[
                _("It lasts as long again from its end, 90 days at most in all."),
                _("Only somebody who did not approve it can renew it."),
            ],
            do=lambda form: services.renew_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Renewed."),
        )

    def danger(self) -> Action:
        return self._action(
            "danger",
            self.case,
            title=_("Somebody is in imminent danger"),
            button=_("Begin at once"),
            consequences=[
                _("What was delayed begins at once."),
                _("The delay protects who spoke: end it only if waiting would put somebody in danger."),
            ],
            do=lambda form: services.record_danger(self.case, acting=self.acting, reason=_reason(form)),
            done=_("The measure begins now."),
        )

    def close(self) -> Action:
        return self._action(
            "close",
            self.case,
            title=_("Close the case"),
            button=_("Close"),
            consequences=[_("It leaves the queue."), _("Something new said about the account opens it again.")],
            do=lambda form: services.close_case(self.case, acting=self.acting, reason=_reason(form)),
            done=_("Closed."),
        )


def _reason(form: ReasonForm) -> str:
    return str(form.cleaned_data["reason"])


def _measures(decision: Decision) -> str:
    return ", ".join(words_for("measure", one.measure) for one in decision.measures.all())
