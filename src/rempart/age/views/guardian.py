"""Asking a parent or guardian, and the guardian's own page: no account, no cookie, no script.

The young person is asked first whether it is safe. What the guardian's page says where it cannot be is the same
whatever the reason.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from rempart.age import saying
from rempart.age.errors import NotNow, Refused
from rempart.age.models import Attempt, Consent, GuardianBond, Subject
from rempart.age.services import consents, gate
from rempart.age.views.asked import challenge_of
from rempart.age.views.gate import HEADERS
from rempart.care import wording
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.records.references import AccountReference
from rempart.staff.access import needs, open_to_all
from rempart.staff.roles import Permission

Shown = dict[str, Any]


class AskForm(forms.Form):
    """Whom to ask: an address, an account, or neither for a link."""

    email = forms.EmailField(required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    account = forms.CharField(
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, words: dict[str, str], service: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.service = words, service
        for name in ("email", "account"):
            self.fields[name].label, self.fields[name].help_text = words[name], words[f"{name}_help"]

    def clean_account(self) -> AccountReference | None:
        """The account, as records name it."""
        if not self.cleaned_data["account"].strip():
            return None
        try:
            return AccountReference(self.service, self.cleaned_data["account"])  # type: ignore[arg-type]  # of an attempt
        except ValueError as error:
            raise forms.ValidationError(self.words["missing"]) from error


# --- the young person's side


@csrf_exempt  # it wants no cookie, and whoever could forge a request would have to know the token
@open_to_all(because="reached by the address that the platform was given for one sign-up")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("token", "form")
def ask_at_gate(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody who signs up asks a parent."""
    attempt = gate.attempt_of(token)
    if attempt is None or attempt.way != Attempt.Way.GUARDIAN:
        return _with_headers(render(request, "correspondence/refused.html", status=404))
    if request.method == "POST" and request.POST.get("language") in saying.LANGUAGES:
        attempt.language = request.POST["language"]
        attempt.save(update_fields=["language"])
        return _with_headers(redirect(request.path))
    with translation.override(attempt.language):
        young = _Young(attempt.subject, attempt.language, attempt.country, back=reverse("age:gate", args=[token]))
        return _with_headers(young.page(request))


@by_link(Conversation.Kind.AGE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_when_asked(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Somebody who is asked how old they are asks a parent to answer."""
    challenge = challenge_of(access)
    back = reverse("age:asked", args=[access.token])
    if not challenge.current:
        return redirect(back)
    ways = {name: reverse(f"age:asked-{name}", args=[access.token]) for name in ("vouch", "appeal")}
    young = _Young(
        challenge.subject,
        access.conversation.language,
        challenge.country,
        back=back,
        over=challenge.over,
        handle=challenge.handle,
        ways=ways,
        access=access,
    )
    return young.page(request)


class _Young:
    """The pages of one young person who asks a guardian."""

    def __init__(
        self,
        subject: Subject,
        language: str,
        country: str,
        *,
        back: str,
        over: int | None = None,
        handle: str = "",
        ways: dict[str, str] | None = None,
        access: LinkAccess | None = None,
    ) -> None:
        self.subject, self.language, self.country = subject, language, country
        self.over, self.handle = over, handle
        self.words = saying.texts("guardian_ask", language)
        helplines = wording.helplines((country or settings.REMPART_COUNTRY)[:2], None, _lang(language))
        self.shown: Shown = {"words": self.words, "back": back, "helplines": helplines, "ways": ways, "access": access}

    def page(self, request: HttpRequest) -> HttpResponse:
        """One question at a time: is it safe, then whom."""
        if request.method == "POST":
            return self._answered(request)
        if (other := request.GET.get("other")) in ("no", "unsure"):
            said = self.words["other_said" if other == "no" else "other_unsure"]
            return render(request, "age/guardian/other.html", self.shown | {"said": said})
        bonds = consents.bonds_of(self.subject)
        if bonds and "again" not in request.GET:
            return render(request, "age/guardian/standing.html", self.shown | self._standing(bonds))
        return render(request, "age/guardian/safe.html", self.shown)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        posted, here = request.POST, request.path
        if posted.get("safe") == "yes":
            return self._whom(request)
        if posted.get("safe") == "no":
            self._ask(safe=False)
            here += "?other=no"
        elif posted.get("safe") == "unsure":
            here += "?other=unsure"
        elif posted.get("go") in ("let", "unsafe"):
            for bond in consents.bonds_of(self.subject):
                if str(bond.pk) == posted.get("bond"):
                    consents.let_go(bond, safe=posted["go"] == "let")
        return redirect(here)

    def _whom(self, request: HttpRequest) -> HttpResponse:
        sent = "email" in request.POST
        form = AskForm(request.POST if sent else None, words=self.words, service=self.subject.service)
        if sent and form.is_valid():
            try:
                self._ask(safe=True, email=form.cleaned_data["email"], account=form.cleaned_data["account"])
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return redirect(request.path)
        return render(
            request, "age/guardian/whom.html", self.shown | {"form": form}, status=422 if form.errors else 200
        )

    def _ask(self, **asked: Any) -> None:
        consents.ask_guardian(
            self.subject,
            handle=self.handle,
            over=self.over,
            country=self.country,
            language=self.language,
            **asked,
        )

    def _standing(self, bonds: Iterable[GuardianBond]) -> Shown:
        open_now = [
            saying.filled(
                self.words["held_line"],
                self.language,
                {"feature": name_of(one.feature, self.language), "until": one.until},
            )
            for one in consents.consents_of(self.subject, now())
        ]
        asked = [
            {
                "pk": bond.pk,
                "since": saying.filled(self.words["asked_on"], self.language, {"since": bond.named_at}),
                "mail": bool(consents.contact_of(bond)[0]),
                "link": "" if consents.contact_of(bond)[0] else consents.link_of(bond),
            }
            for bond in bonds
        ]
        return {"bonds": asked, "open_now": open_now}


# --- the guardian's side


@by_link(Conversation.Kind.AGE_GUARDIAN)
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Show that one is an adult, answer, consent by feature, withdraw."""
    bond = GuardianBond.objects.filter(conversation=access.conversation).first()
    if bond is None:
        raise Http404
    language = access.conversation.language
    words = saying.texts("guardian", language)
    frame: Shown = {"access": access, "words": words}
    if not consents.open_page(bond):
        return render(request, "age/guardian/not_now.html", frame)
    problem = ""
    if request.method == "POST":
        try:
            return redirect(_act(request, access, bond))
        except NotNow:
            return render(request, "age/guardian/not_now.html", frame)
        except Refused as refused:
            problem = str(refused)
    bond.refresh_from_db()
    shown = frame | _page_of(bond, words, language) | {"problem": problem, "done": _done(request, words)}
    return render(request, "age/guardian/page.html", shown, status=422 if problem else 200)


def _act(request: HttpRequest, access: LinkAccess, bond: GuardianBond) -> str:
    """Do what a button says; where to go on. Raises Refused."""
    here, posted = reverse("age:guardian", args=[access.token]), request.POST
    match posted.get("do"):
        case "prove":
            proof = consents.ask_to_prove(bond, return_to=here)
            return reverse("age:proof", args=[proof.token])
        case "consent":
            chosen = posted.getlist("feature")
            consents.consent(bond, chosen)
            return f"{here}?done={'given' if chosen else 'nothing_ticked'}"
        case "withdraw":
            consents.withdraw(bond, posted.getlist("feature"))
            return f"{here}?done=withdrawn"
        case "answer" if posted.get("holds") in ("yes", "no"):
            consents.answer_for(bond, holds=posted["holds"] == "yes")
        case "leave":
            consents.let_go(bond)
    return here


def _page_of(bond: GuardianBond, words: dict[str, str], language: str) -> Shown:
    held = consents.consents_of(bond.subject, now())
    open_features = {one.feature for one in held}
    values: dict[str, object] = {"account": _called(bond, words), "over": bond.over or ""}
    return {
        "bond": bond,
        "lead": words["lead"].format(**values),
        "age": {name: words[name].format(**values) for name in ("age_title", "age_yes", "age_no")},
        "held": [_held(one, bond, words, language) for one in held],
        "features": [
            {"name": one, "title": name_of(one, language), "means": _means(one, language)}
            for one in consents.features_for(bond)
            if one not in open_features
        ],
        "nothing_needed": not consents.features_for(bond),
        "closed": [
            words["closed_line"].format(feature=name_of(one, language), years=years)
            for one, years in consents.closed_for(bond).items()
        ],
    }


def _held(one: Consent, bond: GuardianBond, words: dict[str, str], language: str) -> Shown:
    title = name_of(one.feature, language)
    return {
        "name": one.feature,
        "title": title,
        "until": saying.filled(words["held"], language, {"until": one.until}),
        "by": words["held_by_you" if one.bond_id == bond.pk else "held_by_another"],
        "button": words["withdraw_button"].format(feature=title),
    }


def _called(bond: GuardianBond, words: dict[str, str]) -> str:
    service = words_for("service", bond.service)
    return f"@{bond.handle} ({service})" if bond.handle else f"{words['somebody'].capitalize()} ({service})"


def _done(request: HttpRequest, words: dict[str, str]) -> str:
    done = request.GET.get("done")
    return words[done] if done in ("given", "withdrawn", "nothing_ticked") else ""


def name_of(feature: str, language: str) -> str:
    """What a feature is called; its own name where nobody wrote words for it."""
    return saying.texts("features", language).get(feature, feature.replace("_", " "))


def _means(feature: str, language: str) -> str:
    return saying.texts("features", language).get(f"{feature}_means", "")


def _lang(language: str) -> Any:
    return "en" if language == "en" else "fr"


def _with_headers(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


# --- for those who keep children safe


@needs(Permission.CHILD_SAFETY)
@require_safe
def guardians(request: HttpRequest) -> HttpResponse:
    """Young people who said that asking a guardian is not safe, and guardians who lost the role without being told."""
    unsafe = GuardianBond.objects.filter(said_safe=False)[:200]
    lost = GuardianBond.objects.filter(lost_at__isnull=False).order_by("-lost_at")[:200]
    return render(request, "age/guardian/officers.html", {"unsafe": unsafe, "lost": lost})
