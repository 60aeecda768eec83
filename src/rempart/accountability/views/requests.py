"""The authority desk: what authorities ask, each request on its page, and who is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.accountability import forms, letters, states
from rempart.accountability.errors import FieldRefused
from rempart.accountability.models import Authority, Concerned, Request
from rempart.accountability.services import preserving, telling
from rempart.accountability.services import requests as services
from rempart.accountability.services.guards import cases_named
from rempart.accountability.states import State
from rempart.casework.errors import Refused
from rempart.casework.models import Decision
from rempart.correspondence.errors import ConversationClosed, MessageRefused
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

PER_PAGE = 50
EVERYTHING, OPEN = "all", "open"


@dataclass(frozen=True)
class Act:
    """Something that can be done to a request now: its words, its form, and the use case it calls."""

    name: str
    title: Any
    button: Any
    done: Any
    form: Callable[..., django_forms.Form]
    call: Callable[..., Any]
    consequences: tuple[Any, ...] = ()
    quiet: bool = False


@require_safe
@needs(Permission.LIAISE)
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the most urgent first; all there ever was behind a link."""
    shown = EVERYTHING if request.GET.get("show") == EVERYTHING else OPEN
    found = Request.objects.select_related("authority")
    if shown == OPEN:
        found = found.filter(Q(state__in=states.OPEN) | Q(state=State.PRESERVED)).order_by("due_at", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accountability/requests.html", {"page": page, "shown": shown, "now": now()})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def register(request: HttpRequest) -> HttpResponse:
    """A request as it came in."""
    form = forms.RequestForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        document = given.pop("document")
        for name in ("hashtag", "start", "end", "accounts", "items", "words"):
            given.pop(name)
        try:
            made = services.register_request(
                given.pop("authority"),
                scope=form.scope,
                document=document.read() if document else None,
                document_name=document.name if document else "",
                acting=request.user,
                **given,
            )
        except FieldRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Registered. Somebody else makes sure that it is authentic."))
            return redirect("accountability:request", made.pk)
    status = 422 if form.errors else 200
    return render(request, "accountability/register.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def authorities(request: HttpRequest) -> HttpResponse:
    """Those who ask, and how we reach them by what we know ourselves."""
    form = forms.AuthorityForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_authority(**form.cleaned_data, acting=request.user)
        except FieldRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Entered."))
            return redirect("accountability:authorities")
    context = {"form": form, "authorities": Authority.objects.select_related("added_by")}
    return render(request, "accountability/authorities.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, where it stands, what can be done now (`do` says which), whom it concerns."""
    found = get_object_or_404(
        Request.objects.select_related(
            "authority", "document", "registered_by", "checked_by", "acknowledged_by", "settled_by", "production"
        ),
        pk=pk,
    )
    acts = acts_for(found, request.user)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    if asked and asked not in acts:
        messages.error(request, _("The request does not stand where this can be done."))
        return redirect("accountability:request", pk)
    bound = {
        name: act.form(request.POST if name == asked else None, auto_id=f"{name}_%s") for name, act in acts.items()
    }
    if asked and bound[asked].is_valid():
        act = acts[asked]
        try:
            act.call(acting=request.user, **bound[asked].cleaned_data)
        except FieldRefused as refused:
            bound[asked].add_error(refused.field if refused.field in bound[asked].fields else None, str(refused))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("accountability:request", pk)
        else:
            messages.success(request, act.done)
            return redirect("accountability:request", pk)
    people = list(found.concerned.select_related("told_by").order_by("pk"))
    context = {
        "found": found,
        "asked": found.asked,
        "acts": [(act, bound[name]) for name, act in acts.items()],
        "people": people,
        "teller": letters.who_tells(found),
        "silent": telling.is_silent(found),
        "answers": found.answers.select_related("drafted_by", "approved_by"),
        "executions": found.executions.select_related("noted_by", "decision"),
        "may_draft": may_draft(found),
        "held": found.held.select_related("hold__case__account"),
        "commitments": found.commitments.select_related("owner"),
        "receipt": (found.receipt or {}).get(found.authority.language),
    }
    return render(request, "accountability/request.html", context, status=422 if asked else 200)


def may_draft(found: Request) -> bool:
    """Whether the next version of its answer can be drafted: the first one, or a correction."""
    if found.kind == Request.Kind.PRESERVATION_ORDER or found.state not in {State.ACKNOWLEDGED, State.ANSWERED}:
        return False
    return not found.answers.filter(state__in=["drafted", "approved"]).exists()


def acts_for(found: Request, member: StaffMember) -> dict[str, Act]:
    """What this member can do to a request where it stands, by name, in the order of the page."""

    def on(function: Callable[..., Any], **names: str) -> Callable[..., Any]:
        return lambda **given: function(found, **{names.get(name, name): value for name, value in given.items()})

    acts: list[Act] = []
    if found.state == State.RECEIVED and found.registered_by != member:
        acts += [
            Act(
                "authenticate",
                gettext_lazy("It is authentic"),
                gettext_lazy("Found authentic"),
                gettext_lazy("Noted: it is authentic. Acknowledge its receipt now."),
                forms.CheckForm,
                on(services.authenticate_request),
                (gettext_lazy("You asked back by the contact that we know, or saw what only the authority can have."),),
            ),
            Act(
                "unauthentic",
                gettext_lazy("It is not authentic"),
                gettext_lazy("Not authentic"),
                gettext_lazy("Noted: it is not authentic. Nothing is answered."),
                forms.ReasonForm,
                on(services.refuse_as_unauthentic),
                (gettext_lazy("Nothing is answered and nobody is told."),),
                quiet=True,
            ),
        ]
    if found.state == State.AUTHENTICATED:
        acts.append(
            Act(
                "acknowledge",
                gettext_lazy("Acknowledge its receipt"),
                gettext_lazy("The receipt was handed over"),
                gettext_lazy("Acknowledged."),
                forms.WayForm,
                on(services.acknowledge_request, how="sent_by"),
                (gettext_lazy("The receipt is written for you to hand over; it then stands on this page."),),
            )
        )
    if found.state == State.ACKNOWLEDGED:
        acts += _to_settle(found, on)
    if found.state == State.PRESERVED:
        acts += _to_preserve(found, on)
    if found.state == State.ENDED and found.held.filter(hold__released_at=None).exists():
        acts.append(
            Act(
                "let_go",
                gettext_lazy("Let go of what was kept"),
                gettext_lazy("Release the holds"),
                gettext_lazy("Released."),
                forms.ReasonForm,
                on(preserving.let_go),
                (gettext_lazy("What was kept for this order alone is erased."),),
            )
        )
    if found.enforcing_notified and found.open and found.cleared_at is None:
        acts.append(
            Act(
                "clear",
                gettext_lazy("The notified authority does not object"),
                gettext_lazy("It does not object"),
                gettext_lazy("Noted."),
                forms.ReasonForm,
                on(services.clear_request),
                (gettext_lazy("The answer can be handed over before the ten days are over."),),
                quiet=True,
            )
        )
    if letters.who_tells(found) == "us" and found.state in {State.AUTHENTICATED, State.ACKNOWLEDGED, State.ANSWERED}:
        acts.append(
            Act(
                "silence",
                gettext_lazy("The authority wants the person not to be told yet"),
                gettext_lazy("Not to be told yet"),
                gettext_lazy("Noted. You are reminded when it is over."),
                forms.SilenceForm,
                on(telling.silence_request),
                (gettext_lazy("The law lets the authority ask this, with its reason and until when."),),
                quiet=True,
            )
        )
    if not found.aggregate and found.state not in {State.WITHDRAWN, State.UNAUTHENTIC}:
        acts.append(
            Act(
                "concerned",
                gettext_lazy("It concerns another account"),
                gettext_lazy("Add the account"),
                gettext_lazy("Added."),
                forms.AccountForm,
                on(services.add_concerned),
                (gettext_lazy("Whose content an address leads to, where the order names the address alone."),),
                quiet=True,
            )
        )
    if found.open:
        acts.append(
            Act(
                "withdraw",
                gettext_lazy("The authority took it back"),
                gettext_lazy("It was withdrawn"),
                gettext_lazy("Noted: it was withdrawn."),
                forms.ReasonForm,
                on(services.withdraw_request),
                quiet=True,
            )
        )
    return {act.name: act for act in acts}


def _to_settle(found: Request, on: Callable[..., Callable[..., Any]]) -> list[Act]:
    """How an acknowledged request is carried out or refused."""
    acts = []
    if found.kind == Request.Kind.ORDER_TO_ACT:
        acts.append(
            Act(
                "carry_out",
                gettext_lazy("Note which effect was given to it"),
                gettext_lazy("Note the effect"),
                gettext_lazy("Noted."),
                lambda data, **given: forms.EffectForm(data, decisions=_decisions(found), **given),
                on(services.carry_out),
                (
                    gettext_lazy("Nothing is decided here: people decide on the case, by the rules and with reasons."),
                    gettext_lazy("The moment at which it began is the one that the authority is told."),
                ),
            )
        )
    if found.kind == Request.Kind.PRESERVATION_ORDER:
        acts.append(
            Act(
                "preserve",
                gettext_lazy("Keep what it names"),
                gettext_lazy("Keep it for 60 days"),
                gettext_lazy("Kept."),
                forms.ReasonForm,
                on(preserving.preserve),
                (
                    gettext_lazy("A legal hold is put on each case of the accounts that it names."),
                    gettext_lazy("Nobody is told: the authority does that."),
                ),
            )
        )
    acts.append(
        Act(
            "refuse",
            gettext_lazy("Refuse it"),
            gettext_lazy("Refuse"),
            gettext_lazy("Refused. Tell the authority the ground and your reasons."),
            forms.RefuseForm,
            on(services.refuse_request),
            (gettext_lazy("Only on a ground that the law knows."),),
            quiet=True,
        )
    )
    return acts


def _to_preserve(found: Request, on: Callable[..., Callable[..., Any]]) -> list[Act]:
    """What the authority may say of what is preserved."""
    acts = []
    if found.extended_at is None:
        acts.append(
            Act(
                "extend",
                gettext_lazy("The authority extends it"),
                gettext_lazy("Keep it 30 days more"),
                gettext_lazy("Extended."),
                forms.ReasonForm,
                on(preserving.extend_preservation),
                (gettext_lazy("Once, by 30 days."),),
                quiet=True,
            )
        )
    orders = found.authority.requests.filter(kind=Request.Kind.PRODUCTION_ORDER, state__in=states.OPEN)
    if found.production_id is None and orders.exists():
        acts.append(
            Act(
                "produce",
                gettext_lazy("An order to produce follows"),
                gettext_lazy("It follows"),
                gettext_lazy("Noted: it is kept as long as that order needs."),
                lambda data, **given: forms.ProductionForm(data, orders=orders, **given),
                on(preserving.confirm_production),
                quiet=True,
            )
        )
    if found.production is None or not found.production.open:
        acts.append(
            Act(
                "end",
                gettext_lazy("It is needed no longer"),
                gettext_lazy("End the preservation"),
                gettext_lazy("Ended."),
                forms.ReasonForm,
                on(preserving.end_preservation),
                (gettext_lazy("The holds are released; what was kept for them alone is erased."),),
                quiet=True,
            )
        )
    return acts


def _decisions(found: Request) -> Any:
    """The decisions taken on the cases of the accounts that an order concerns."""
    taken = Decision.objects.filter(case__in=cases_named(found), state=Decision.State.TAKEN, begins_at__isnull=False)
    return taken.select_related("case__account").prefetch_related("measures").order_by("-begins_at")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody whom an order concerns: what they are told, or our conversation with them."""
    found = get_object_or_404(Concerned.objects.select_related("request__authority", "conversation", "told_by"), pk=pk)
    if letters.who_tells(found.request) != "us":
        raise Http404
    data = request.POST or None
    form: Any = forms.WriteForm(data) if found.conversation else forms.TellForm(data, initial=_usual())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if found.conversation:
                telling.write_to_person(found, text=given["said"], acting=request.user)
            else:
                telling.tell_person(
                    found,
                    reasons={"fr": given["fr"], "en": given["en"]},
                    redress={"fr": given["redress_fr"], "en": given["redress_en"]},
                    acting=request.user,
                )
        except (Refused, MessageRefused, ConversationClosed) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Sent.") if found.conversation else _("Told."))
            return redirect("accountability:person", pk)
    context = {
        "person": found,
        "found": found.request,
        "form": form,
        "silent": telling.is_silent(found.request),
        "may_tell": found.request.state in telling.TOLD_IN,
        "link": telling.link_of(found),
    }
    return render(request, "accountability/person.html", context, status=422 if form.errors else 200)


def _usual() -> dict[str, str]:
    return {f"redress_{language}": words for language, words in letters.usual_redress().items()}
