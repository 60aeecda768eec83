"""What can be done on a case now: a form each, with what follows from it in words, and the service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rempart.casework import services
from rempart.casework.forms import FinalForm, LiftForm, ReasonForm, WarnForm
from rempart.casework.models import Case, Decision, PlatformOrder
from rempart.casework.services.complainants import must_announce
from rempart.casework.services.concluding import FinalChoices
from rempart.casework.services.four_eyes import is_heavier, why_two
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
    do: Callable[[Any], Any]
    done: str


def actions_for(case: Case, acting: StaffMember, sent: Mapping[str, Any] | None = None, name: str = "") -> list[Action]:
    """What `acting` can do on `case` now, the likeliest first. The form called `name` is bound to what was `sent`."""
    if not acting.may(Permission.REVIEW) or case.kept_out:  # see selectors.whole_cases
        return []
    decisions = list(case.decisions.all())  # fetched before, with those who had a part (selectors.whole_cases)
    desk = _Desk(case, acting, sent, name, decisions)
    waiting = [desk.approve(one) for one in desk.waiting] + [desk.decline(one) for one in desk.waiting]
    standing: list[Action | None] = []
    for decision in desk.standing:
        standing += [desk.confirm(decision), desk.cancel_lift(decision), desk.lift(decision), desk.renew(decision)]
    rest = [*desk.approximations(), desk.final(), desk.danger(), desk.inquiry(), *desk.answers(), desk.conflict()]
    return [action for action in (*waiting, *standing, *rest) if action is not None]


class _Desk:
    def __init__(
        self, case: Case, acting: StaffMember, sent: Mapping[str, Any] | None, name: str, decisions: list[Decision]
    ) -> None:
        self.case, self.acting, self.sent, self.name = case, acting, sent, name
        self.waiting = [one for one in decisions if one.state == Decision.State.PROPOSED]
        self.standing = [one for one in decisions if one.in_force or one.to_come]

    @cached_property
    def precaution(self) -> bool:
        """Whether something preventive stands."""
        return any(one.mode == Decision.Mode.PREVENTIVE for one in self.standing)

    @cached_property
    def announced(self) -> bool:
        """Whether those who reported hear before something is lifted."""
        return must_announce(self.case)

    def _titled(self, title: str, decision: Decision) -> str:
        """The title of a form, with the measures that it is about where there are several decisions to choose from."""
        return f"{title} ({_measures(decision)})" if len(self.standing) > 1 else title

    def _action(
        self, kind: str, about: Case | Decision | PlatformOrder, form: Callable[..., Any] = ReasonForm, **words: Any
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
        final = decision.mode == Decision.Mode.FINAL
        if self.acting == decision.approved_by or (final and self.case.state == State.APPEALED):
            return None
        if final and decision.approved_by is not None and not self.acting.may(Permission.COUNTERSIGN):
            return None
        two = decision.approval == "two_reviewers" or bool(why_two(self.case, decision))
        last = not two or decision.approved_by is not None
        if not last:
            follows = [
                _("A second person has to approve before anything changes."),
                _("Your name and reason are kept."),
            ]
        elif final:
            follows = [
                _("These take effect: %(measures)s.") % {"measures": _measures(decision)},
                _("This decides that the facts are established. The person concerned is told so, with the reasons."),
                *self._takes_over(),
            ]
        else:
            follows = [_("These take effect: %(measures)s.") % {"measures": _measures(decision)}]
            if needs_delay(decision):
                follows.append(
                    _("They begin after 6 to 48 hours drawn at random, so that they do not betray who spoke.")
                )
            follows.append(_("They end by themselves, and a review is due before that."))
            follows.append(_("It is a precaution: nothing here says that anybody did something wrong."))
        return self._action(
            "approve",
            decision,
            title=_("Approve the final decision") if final else _("Approve the measure"),
            button=_("Approve"),
            consequences=follows,
            do=lambda form: services.approve_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Approved.") if last else _("Approved. It waits for a second person."),
        )

    def _takes_over(self) -> list[str]:
        if not self.standing:
            return []
        return [_("It takes the place of what is in force at once, without a gap.")]

    def decline(self, decision: Decision) -> Action:
        return self._action(
            "decline",
            decision,
            title=_("Decline the measure"),
            button=_("Decline"),
            consequences=[
                _("What is in force stays as it is.") if self.standing else _("Nothing is restricted."),
                _("The same is not proposed again until somebody says something new."),
            ],
            do=lambda form: services.decline_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Declined.") if self.standing else _("Declined: nothing is restricted."),
        )

    def confirm(self, decision: Decision) -> Action | None:
        if decision.mode != Decision.Mode.PREVENTIVE or decision.confirmed_at is not None:
            return None
        return self._action(
            "confirm",
            decision,
            title=self._titled(_("Keep as a precaution"), decision),
            button=_("Keep"),
            consequences=[
                _("It stays until %(end)s, then ends by itself.") % {"end": moment(decision.closes_at)},
                _("It is noted that a person looked at it. It is still a precaution: nothing is established."),
            ],
            do=lambda form: services.confirm_decision(decision, acting=self.acting, reason=_reason(form)),
            done=_("Kept as a precaution until %(end)s.") % {"end": moment(decision.closes_at)},
        )

    def lift(self, decision: Decision) -> Action | None:
        left = {one.measure: one for one in decision.measures.all() if one.lifted_at is None}
        if not left:
            return None
        ahead = self.announced and decision.in_force
        follows = (
            [
                _("Those who reported hear of it now. The account gets back in 48 hours what was restricted."),
                _("Until then you can cancel it."),
            ]
            if ahead
            else [_("The account gets back at once what was restricted.")]
        )

        def do(form: ReasonForm) -> None:
            chosen = form.cleaned_data.get("measures") or list(left)
            services.lift_measures([left[name] for name in chosen], acting=self.acting, reason=_reason(form))

        return self._action(
            "lift",
            decision,
            lambda *args, **kwargs: LiftForm(*args, measures=list(left), **kwargs),
            title=self._titled(_("Lift the measure") if len(left) == 1 else _("Lift measures"), decision),
            button=_("Lift"),
            consequences=[
                *follows,
                _("What is lifted counts nowhere against the person."),
                _("The same article does not act by itself on this account again."),
            ],
            do=do,
            done=_("The lift is announced: it takes effect in 48 hours.")
            if ahead
            else _("Lifted. The platform has been asked to restore the account."),
        )

    def cancel_lift(self, decision: Decision) -> Action | None:
        ahead = [one.lifted_at for one in decision.measures.all() if one.lifted_at and one.lifted_at > now()]
        if not ahead:
            return None
        return self._action(
            "cancel-lift",
            decision,
            title=self._titled(_("Cancel the announced lift"), decision),
            button=_("Cancel the lift"),
            consequences=[
                _("What was to be lifted on %(day)s stays.") % {"day": moment(max(ahead))},
                _("Those who had heard of the lift hear of this."),
            ],
            do=lambda form: services.cancel_announced_lift(decision, acting=self.acting, reason=_reason(form)),
            done=_("Cancelled: the measure stays."),
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

    def final(self) -> Action | None:
        if self.case.state not in (State.ASSESSED, State.INQUIRY, State.DECIDED):
            return None
        choices = services.final_choices(self.case)
        if not choices.articles:
            return None
        why = why_two(self.case, choices.measures())
        follows = [
            _("This decides that the facts are established. It is no longer a precaution."),
            _("The person concerned reads your reasons, and can appeal for six months."),
            *self._takes_over(),
        ]
        if why or any(article.approval == "two_reviewers" for article in choices.articles):
            follows.insert(0, _("A second person may have to approve before anything changes."))
        if why:
            follows[0] = _("A second person has to approve before anything changes: %(why)s.") % {
                "why": ", ".join(_because(one) for one in why)
            }
        present = {one.measure for decision in self.standing for one in decision.measures.all()}
        present |= {name for decision in self.standing for name in decision.articles}

        def do(form: FinalForm) -> None:
            services.decide_final(
                self.case,
                measures=form.cleaned_data["measures"],
                articles=form.cleaned_data["articles"],
                acting=self.acting,
                reasons=form.reasons,
                lasts=form.length,
            )

        return self._action(
            "final",
            self.case,
            lambda *args, **kwargs: FinalForm(
                *args, measures=choices.measures(), articles=_titles(choices), present=present, **kwargs
            ),
            title=_("Decide as final"),
            button=_("Decide"),
            consequences=follows,
            do=do,
            done=_("Decided. Where two people must approve, it waits for the second."),
        )

    def approximations(self) -> list[Action]:
        """What a platform would do instead, heavier than what was decided, and that somebody else proposed."""
        if not self.acting.may(Permission.COUNTERSIGN) or not self.case.has["approximations"]:
            return []
        waiting = PlatformOrder.objects.filter(
            measure__decision__case=self.case, carried_out_at=None, approximation_approved_at=None
        ).exclude(approximated_as="")
        return [
            self._action(
                "approximation",
                order,
                title=_("Approve what the platform would do instead"),
                button=_("Approve"),
                consequences=[
                    _("Decided was: %(measure)s.") % {"measure": words_for("measure", order.measure.measure)},
                    _("The platform can only do this, which is heavier: %(measure)s.")
                    % {"measure": words_for("measure", order.approximated_as)},
                    order.approximated_because,
                ],
                do=lambda form, order=order: services.approve_approximation(
                    order, acting=self.acting, reason=_reason(form)
                ),
                done=_("Approved."),
            )
            for order in waiting.select_related("measure", "approximation_proposed_by")
            if is_heavier(order) and order.approximation_proposed_by != self.acting
        ]

    def danger(self) -> Action | None:
        if self.case.danger_at is not None or not any(one.to_come for one in self.standing):
            return None
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

    def inquiry(self) -> Action | None:
        if self.case.state not in (State.ASSESSED, State.DECIDED, State.CLOSED):
            return None
        closed = self.case.state == State.CLOSED
        return self._action(
            "inquiry",
            self.case,
            title=_("Open the case again") if closed else _("Begin an inquiry"),
            button=_("Open again") if closed else _("Begin"),
            consequences=[
                _("The case is to be looked into before anything is decided."),
                _("Nothing changes for anybody."),
            ],
            do=lambda form: services.begin_inquiry(self.case, acting=self.acting, reason=_reason(form)),
            done=_("The inquiry is open."),
        )

    def answers(self) -> list[Action]:
        """The other answers to a case: for when nothing stands as a precaution or waits."""
        if self.waiting or self.precaution or self.case.state not in (State.ASSESSED, State.INQUIRY, State.DECIDED):
            return []
        return [self.no_action(), self.warn(), self.close()]

    def no_action(self) -> Action:
        return self._action(
            "no-action",
            self.case,
            title=_("Take no action"),
            button=_("Take no action"),
            consequences=[
                _("Nothing is restricted.") if not self.standing else _("What is in force stays as it is."),
                _("Those who reported are told, and can ask for another look."),
            ],
            do=lambda form: services.take_no_action(self.case, acting=self.acting, reason=_reason(form)),
            done=_("Decided: no action."),
        )

    def warn(self) -> Action:
        return self._action(
            "warn",
            self.case,
            WarnForm,
            title=_("Warn the person"),
            button=_("Warn"),
            consequences=[
                _("The person concerned reads your words. Nothing is restricted."),
                _("It is kept as an outcome of this case."),
            ],
            do=lambda form: services.warn(self.case, acting=self.acting, text=form.words),
            done=_("Warned."),
        )

    def close(self) -> Action:
        follows = [_("It leaves the queue."), _("Something new said about the account opens it again.")]
        if self.standing:
            follows.append(_("The final measure goes on."))
        return self._action(
            "close",
            self.case,
            title=_("Close the case"),
            button=_("Close"),
            consequences=follows,
            do=lambda form: services.close_case(self.case, acting=self.acting, reason=_reason(form)),
            done=_("Closed."),
        )

    def conflict(self) -> Action:
        return self._action(
            "conflict",
            self.case,
            title=_("I cannot judge this case impartially"),
            button=_("Keep out of this case"),
            consequences=[
                _("You can do nothing on this case any more. Others can."),
                _("It cannot be taken back. What you decided before stays, and your reason is kept."),
            ],
            do=lambda form: services.declare_conflict(self.case, acting=self.acting, reason=_reason(form)),
            done=_("You keep out of this case from now on."),
        )


def _reason(form: ReasonForm) -> str:
    return str(form.cleaned_data["reason"])


def _measures(decision: Decision) -> str:
    return ", ".join(words_for("measure", one.measure) for one in decision.measures.all())


def _titles(choices: FinalChoices) -> list[tuple[str, str]]:
    language = (get_language() or "fr")[:2]
    return [(one.id, one.title.get(language) or next(iter(one.title.values()))) for one in choices.articles]


def _because(why: str) -> str:
    words = {
        "reach": _("many people follow this account"),
        "minor": _("the person is a minor"),
        "unknown_age": _("their age is not known"),
        "rulebook": _("the rules ask for it"),
        "approximation": _("the platform would do more than what is decided"),
    }
    return words[why]
