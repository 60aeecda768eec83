"""The desk's pages of ages: what waits for a person, one account that is asked, and asking another one.

What was said of accounts before they are asked stands in `matters`, children who come first in `protection`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.age import challenge_selectors as selectors
from rempart.age import means
from rempart.age.desk_forms import HowForm, OpenForm, ReasonForm, WordsForm
from rempart.age.errors import Refused
from rempart.age.models import AgeDecision, Challenge, ChallengeAppeal, Voucher
from rempart.age.services import appealing, challenges, comebacks, deciding, evidence, reports
from rempart.age.services.deciding import FROM
from rempart.age.services.guards import ensure_safe_to_ask
from rempart.age.steps import rules
from rempart.casework.means import How
from rempart.correspondence.services import mark_read, say
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

Kind, Outcome = AgeDecision.Kind, ChallengeAppeal.Outcome
SHOWN = 100


class WriteForm(forms.Form):
    """A message to the owner."""

    text = forms.CharField(label=gettext_lazy("Message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


@dataclass(frozen=True)
class Act:
    """Something a member does here: how, what they are told, and the form it needs.

    do: given the challenge, the cleaned form, `of` (the number of what it is about) and the member.
    """

    do: Callable[[Challenge, dict[str, Any], str, StaffMember], Any]
    said: Any
    form: type[forms.Form] = ReasonForm


def _decide(kind: AgeDecision.Kind) -> Callable[[Challenge, dict[str, Any], str, StaffMember], Any]:
    def do(challenge: Challenge, given: dict[str, Any], _of: str, member: StaffMember) -> Any:
        words = given.get("words")
        return deciding.decide(challenge, kind, acting=member, reason=given["reason"], words=words)

    return do


def _answer(outcome: ChallengeAppeal.Outcome) -> Callable[[Challenge, dict[str, Any], str, StaffMember], Any]:
    def do(challenge: Challenge, given: dict[str, Any], of: str, member: StaffMember) -> Any:
        one = get_object_or_404(challenge.appeals, pk=_number(of))
        words = given.get("words")
        return appealing.answer_appeal(one, outcome, acting=member, reason=given["reason"], words=words)

    return do


def _second(agrees: bool) -> Callable[[Challenge, dict[str, Any], str, StaffMember], Any]:
    def do(challenge: Challenge, given: dict[str, Any], of: str, member: StaffMember) -> Any:
        decision = get_object_or_404(challenge.decisions, pk=_number(of))
        return (deciding.second if agrees else deciding.refuse)(decision, acting=member, reason=given["reason"])

    return do


def _voucher(challenge: Challenge, of: str) -> Voucher:
    return get_object_or_404(Voucher, appeal__challenge=challenge, pk=_number(of))


def _write(challenge: Challenge, given: dict[str, Any], _of: str, member: StaffMember) -> Any:
    if challenge.conversation is None:
        raise Http404
    return say(challenge.conversation, text=given["text"], acting=member)


def _again(challenge: Challenge, _given: dict[str, Any], of: str, member: StaffMember) -> Any:
    means.retry(get_object_or_404(challenge.orders, pk=_number(of)).pk, acting=member)


ACTS: dict[str, Act] = {
    "clear": Act(_decide(Kind.CLEAR), gettext_lazy("Everything is lifted, and they are told.")),
    "prove": Act(_decide(Kind.PROVE), gettext_lazy("They are asked to show it, with time of their own.")),
    "restrict": Act(_decide(Kind.RESTRICT), gettext_lazy("Waits for a second person."), WordsForm),
    "erase": Act(_decide(Kind.ERASE), gettext_lazy("Waits for a second person."), WordsForm),
    "agree": Act(_second(True), gettext_lazy("It takes effect, and they are told why.")),
    "disagree": Act(_second(False), gettext_lazy("The decision falls; another can be made.")),
    "overturn": Act(_answer(Outcome.OVERTURNED), gettext_lazy("Everything is lifted, and they are told.")),
    "uphold": Act(_answer(Outcome.UPHELD), gettext_lazy("They are told why, and can still show it."), WordsForm),
    "check": Act(
        lambda challenge, given, of, member: appealing.check_voucher(
            _voucher(challenge, of), acting=member, how=given["how"]
        ),
        gettext_lazy("They are written to."),
        HowForm,
    ),
    "refuse-voucher": Act(
        lambda challenge, given, of, member: appealing.refuse_voucher(
            _voucher(challenge, of), acting=member, reason=given["reason"]
        ),
        gettext_lazy("Nobody is written to; the owner may name somebody else."),
    ),
    "again": Act(_again, gettext_lazy("It is tried again now."), forms.Form),
    "write": Act(_write, gettext_lazy("Sent in a minute."), WriteForm),
}


@require_safe
@needs(Permission.AGE)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a person: appeals, what needs a second person, reports, what is to be decided, comebacks."""
    context = {
        "appeals": list(selectors.appeals()[:SHOWN]),
        "seconds": list(selectors.to_second()[:SHOWN]),
        "decide": list(selectors.to_decide()[:SHOWN]),
        "matters": list(reports.due()[:SHOWN]),
        "erase": list(selectors.to_erase()[:SHOWN]),
        "comebacks": list(comebacks.waiting()[:SHOWN]),
        "asked": list(selectors.asked()[:SHOWN]),
        "now": now(),
    }
    return render(request, "age/desk/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.AGE)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the owner of an account that a person noticed."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            challenge = challenges.open_challenge(
                given["account"],
                because=Challenge.Because.PERSON,
                step=given["step"],
                country=given["country"],
                note=given["note"],
                acting=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("They are asked. Their account is private until it is settled, nothing more."))
            return redirect("age:challenge", challenge.pk)
    steps = [(rule, rule.title) for rule in rules().steps.values()]
    return render(request, "age/desk/ask.html", {"form": form, "steps": steps}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.AGE)
def challenge(request: HttpRequest, pk: int) -> HttpResponse:
    """One account that is asked. Posted: `do` names an act, `of` a decision, an appeal or a voucher."""
    found = get_object_or_404(Challenge.objects.select_related("conversation", "opened_by"), pk=pk)
    do, of = (request.POST.get(name, "") for name in ("do", "of")) if request.method == "POST" else ("", "")
    bound: forms.Form | None = None
    if do:
        act = ACTS.get(do)
        if act is None:
            raise Http404
        bound = _form(do, of, request.POST)
        if bound.is_valid():
            return _do(request, act, found, bound.cleaned_data, of)
    context = _context(found, request.user, do, of, bound)
    return render(request, "age/desk/challenge.html", context, status=422 if bound is not None else 200)


def _form(do: str, of: str, posted: Any = None) -> forms.Form:
    return ACTS[do].form(posted, auto_id=f"{do}-{of}-%s" if of else f"{do}-%s")


def _do(request: HttpRequest, act: Act, found: Challenge, given: dict[str, Any], of: str) -> HttpResponse:
    try:
        act.do(found, given, of, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, act.said)
    return redirect("age:challenge", found.pk)


def _context(found: Challenge, member: StaffMember, do: str, of: str, bound: forms.Form | None) -> dict[str, Any]:
    """What the page shows; a form that was sent wrong stands where it stood, open, with what is wrong."""

    def form(name: str, about: object = "") -> forms.Form:
        return bound if bound is not None and (name, str(about)) == (do, of) else _form(name, str(about))

    waiting = found.decisions.filter(in_force_at=None, refused_at=None).select_related("decided_by").first()
    appeal = found.appeals.filter(decided_at=None).prefetch_related("vouchers__appeal__challenge").first()
    if found.conversation is not None:
        mark_read(found.conversation, acting=member)
    return {
        "challenge": found,
        "evidence": [(one, selectors.marked(one)) for one in evidence.of(found)],
        "rule": rules().steps[Challenge.Step(found.step)],
        "history": selectors.history(found),
        "orders": _orders(found),
        "waiting": waiting,
        "mine": waiting is not None and waiting.decided_by == member,
        "agree": form("agree", waiting.pk) if waiting else None,
        "disagree": form("disagree", waiting.pk) if waiting else None,
        "appeal": appeal,
        "grounds": appealing.grounds_of(appeal) if appeal else "",
        "judge": not appealing.decided_before(found, member),
        "overturn": form("overturn", appeal.pk) if appeal else None,
        "uphold": form("uphold", appeal.pk) if appeal else None,
        "vouchers": [_shown(one, form) for one in appeal.vouchers.all()] if appeal else [],
        "can": _can(found, form) if found.current and not waiting and not appeal else [],
        "held": _held(found),
        "write": form("write") if found.conversation and found.conversation.closed_at is None else None,
        "wrong": do if bound is not None else "",
        "wrong_of": of,
        "now": now(),
    }


def _shown(one: Voucher, form: Callable[..., forms.Form]) -> dict[str, Any]:
    return {
        "voucher": one,
        "name": appealing.name_of(one),
        "email": appealing.email_of(one),
        "said": selectors.said_by(one) if one.answered_at else "",
        "check": form("check", one.pk),
        "refuse": form("refuse-voucher", one.pk),
    }


def _can(found: Challenge, form: Callable[..., forms.Form]) -> list[dict[str, Any]]:
    """What can be decided now, the lightest first, each with what follows from it."""
    consequences = {
        Kind.CLEAR: [
            _("Everything is lifted at once, and they are told."),
            _("It counts as shown for a year: nobody asks them again by itself."),
        ],
        Kind.PROVE: [
            _("They choose how: an app, a parent, or somebody who knows them."),
            _("They have fourteen days; the account stays private meanwhile, nothing more."),
        ],
        Kind.RESTRICT: [
            _("Nothing happens before a second person agrees."),
            _("The account is closed; everything in it is kept for thirty days at least, and they can appeal."),
            _("It opens by itself after ninety days if nobody decides otherwise."),
        ],
        Kind.ERASE: [
            _("Nothing happens before a second person agrees."),
            _("The platform erases the account. This cannot be undone."),
        ],
    }
    early = found.keeps_until is None or found.keeps_until > now()
    not_yet = {Kind.ERASE: early, Kind.RESTRICT: not found.had_time}
    return [
        {"kind": kind.value, "title": kind.label, "follows": consequences[kind], "form": form(kind.value)}
        for kind, states in FROM.items()
        if found.state in states and not not_yet.get(kind)
    ]


def _orders(found: Challenge) -> list[dict[str, Any]]:
    """What the platform was asked: what it does instead, where that is something else, and what is in its way."""
    asked = list(found.orders.all())
    problems = means.problems(one.pk for one in asked)
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    shown = []
    for one in asked:
        by = means.of(found.reference, one.kind)
        shown.append(
            {
                "order": one,
                "covered": by is not None,
                "how": by.words.get(language, "") if by and by.how != How.NATIVE else "",
                "problem": problems.get(one.pk, ""),
            }
        )
    return shown


def _held(found: Challenge) -> str:
    try:
        ensure_safe_to_ask(found.reference)
    except Refused as refused:
        return str(refused)
    return ""


def _number(of: str) -> int:
    return int(of) if of.isdecimal() else 0
