"""The page of somebody who is asked how old they are, by a signed link; and that of whoever vouches for them.

It works without a script, an account or a cookie. First what is asked and until when, then what they can do; whom to
call stands on every page.
"""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from rempart.age import saying
from rempart.age.asked_forms import AppealForm, SayForm, VouchForm
from rempart.age.errors import Refused
from rempart.age.models import Challenge, ProofRequest, Voucher
from rempart.age.services import appealing, challenges, proofs
from rempart.age.steps import rules
from rempart.age.vendors import vendors
from rempart.care import wording
from rempart.care.views.young import message_form, posted, thread_open
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import mark_read
from rempart.ledger.clock import now

AGE, VOUCHER = Conversation.Kind.AGE, Conversation.Kind.VOUCHER
State, Step = Challenge.State, Challenge.Step
Shown = dict[str, Any]


@by_link(AGE)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """What is asked and why, until when, what holds meanwhile, what they can do; and the conversation."""
    challenge = challenge_of(access)
    shown = _frame(access, challenge)
    form = message_form(request, shown["words"])
    if request.method == "POST" and form.send(access.conversation, access.holder) is not None:
        return redirect(shown["page_url"] + "#thread-title")
    shown |= _standing(challenge, shown) | {"form": form, "thread_open": thread_open(access.conversation)}
    mark_read(access.conversation)
    return render(request, "age/asked/page.html", shown, status=422 if form.errors else 200)


@by_link(AGE)
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """How old they are, once."""
    challenge = challenge_of(access)
    shown = _frame(access, challenge)
    if not _may_say(challenge):
        return redirect(shown["page_url"])
    form = SayForm(posted(request), words=shown["words"])
    if form.is_valid():
        with suppress(Refused):  # answered in another window: their page says where it stands
            challenges.answer_age(challenge, years=form.cleaned_data["years"])
        return redirect(shown["page_url"])
    return render(request, "age/asked/say.html", shown | {"form": form}, status=422 if form.errors else 200)


@by_link(AGE)
@require_POST
def show(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Show it with an app: on to the page of the proof."""
    challenge = challenge_of(access)
    here = reverse("age:asked", args=[access.token])
    with suppress(Refused):  # asked for too often: their page says what else they can do
        if challenge.current:
            proof = proofs.ask_for_proof(
                challenge.subject,
                over=challenge.over,
                purpose=ProofRequest.Purpose.CHALLENGE,
                country=challenge.country,
                return_to=here,
                language=access.conversation.language,
            )
            return redirect("age:proof", proof.token)
    return redirect(here)


@by_link(AGE)
@require_http_methods(["GET", "HEAD", "POST"])
def disagree(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Ask somebody who decided nothing to look."""
    challenge = challenge_of(access)
    shown = _frame(access, challenge)
    form = AppealForm(posted(request), words=shown["words"])
    if not challenge.current:
        return redirect(shown["page_url"])
    if form.is_valid():
        try:
            appealing.appeal(challenge, text=form.cleaned_data["text"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(shown["page_url"])
    return render(request, "age/asked/appeal.html", shown | {"form": form}, status=422 if form.errors else 200)


@by_link(AGE)
@require_http_methods(["GET", "HEAD", "POST"])
def name_somebody(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Name somebody of a school or an association, or a doctor, who vouches for them."""
    challenge = challenge_of(access)
    shown = _frame(access, challenge)
    form = VouchForm(posted(request), words=shown["words"])
    if not challenge.current:
        return redirect(shown["page_url"])
    if form.is_valid():
        try:
            appealing.name_voucher(challenge, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(shown["page_url"])
    lead = shown["words"]["vouch_lead"].format(over=challenge.over)
    shown |= {"form": form, "lead": lead}
    return render(request, "age/asked/vouch.html", shown, status=422 if form.errors else 200)


@by_link(VOUCHER)
@require_http_methods(["GET", "HEAD", "POST"])
def vouch(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Whoever was named answers one thing: over so many years, not, or that they cannot say."""
    found = Voucher.objects.select_related("appeal__challenge").filter(conversation=access.conversation).first()
    if found is None:
        raise Http404
    answers: dict[str, bool | None] = {"yes": True, "no": False, "cannot": None}
    if request.method == "POST" and request.POST.get("answer") in answers:
        with suppress(Refused):  # answered in another window, or settled meanwhile
            appealing.vouch(found, holds=answers[request.POST["answer"]])
        return redirect(request.path)
    challenge, language = found.appeal.challenge, access.conversation.language
    said = saying.texts("vouching", language)
    values = {"over": challenge.over, "account": challenge.handle, "capacity": said[f"capacity_{found.capacity}"]}
    shown = {
        "access": access,
        "words": {key: text.format(**values) for key, text in said.items()},
        "answered": found.answered_at is not None,
        "settled": found.appeal.decided_at is not None,
    }
    return render(request, "age/asked/voucher.html", shown)


def challenge_of(access: LinkAccess) -> Challenge:
    """What is asked of whoever opened the link. Raises Http404 for anybody but the account's owner."""
    found = Challenge.objects.filter(conversation=access.conversation).select_related("conversation").first()
    if found is None or access.holder != "self":
        raise Http404
    return found


def _frame(access: LinkAccess, challenge: Challenge) -> Shown:
    language = access.conversation.language
    return {
        "access": access,
        "words": saying.texts("asked", language),
        "helplines": wording.helplines(challenge.country or None, None, "en" if language == "en" else "fr"),
        "page_url": reverse("age:asked", args=[access.token]),
    }


def _standing(challenge: Challenge, shown: Shown) -> Shown:
    """Where it stands, in sentences."""
    words, access = shown["words"], shown["access"]
    language = access.conversation.language
    standing = State(challenge.state)
    if standing in Challenge.CURRENT and challenge.ends_at <= now():
        standing = State.LAPSED
    values: dict[str, object] = {
        "over": challenge.over,
        "due": challenge.due_at,
        "ends": challenge.ends_at,
        "keeps": challenge.keeps_until or challenge.ends_at,
    }
    waiting = challenge.appeals.filter(decided_at=None).first()
    lead = "answered_lead" if standing == State.OPEN and challenge.answered_at else f"{standing}_lead"
    return {
        "heading": words[f"{standing}_title"],
        "lead": saying.filled(words[lead], language, values),
        "appeal": waiting,
        "appeal_said": saying.filled(words["appeal_waits"], language, {"due": waiting.due_at}) if waiting else "",
        "vouchers": [_voucher(one, words) for one in waiting.vouchers.all()] if waiting else [],
        "ways": _ways(challenge, access.token, words, language) if challenge.current else [],
        "why": saying.texts("challenge", language)[f"because_{challenge.because}"],
        "who": words["who"].format(over=challenge.over),
        "article": rules().title[language],
        "rule": rules().text[language],
        "open": access.conversation.closed_at is None,
    }


def _ways(challenge: Challenge, token: str, words: dict[str, str], language: str) -> list[Shown]:
    """What they can do, the first first: each with its title, a sentence, and where its button leads."""
    found = [("say", "age:asked-say", False)] if _may_say(challenge) else []
    found += [("show", "age:asked-show", True), ("guardian", "age:asked-guardian", False)]
    found += [("vouch", "age:asked-vouch", False)]
    found += [("appeal", "age:asked-appeal", False)]
    return [
        {
            "name": name,
            "title": words[f"{name}_title"],
            "short": words[f"{name}_short"],
            "button": words.get(f"{name}_button", words[f"{name}_title"]),
            "url": reverse(route, args=[token]),
            "posts": posts,
        }
        for name, route, posts in found
    ] + [
        {
            "name": f"vendor-{vendor.name}",
            "title": vendor.title[language],
            "short": words["vendor_short"],
            "button": words["vendor_button"].format(vendor=vendor.title[language]),
            "url": reverse("age:asked-vendor", args=[token, vendor.name]),
            "posts": True,
        }
        for vendor in vendors().values()
    ]


def _may_say(challenge: Challenge) -> bool:
    asked = challenge.step == Step.ASK and challenge.state == State.OPEN
    return asked and challenge.current and challenge.answered_at is None


def _voucher(one: Voucher, words: dict[str, str]) -> str:
    standing = "waits"
    if one.refused_at is not None:
        standing = "refused"
    elif one.answered_at is not None:
        standing = "answered"
    elif one.checked_at is not None:
        standing = "asked"
    return words[f"voucher_{standing}"].format(who=words[f"named_{one.capacity}"])
