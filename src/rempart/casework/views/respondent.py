"""The private page of the person whom a case is about, reached by a signed link.

No account, no cookie, no script. Its sentences stand in statements/page.yaml, in both languages and in a child's words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from rempart.casework import recorded
from rempart.casework.errors import Refused
from rempart.casework.models import Appeal, Case, Decision, MeasureTaken, Statement
from rempart.casework.services import respondents
from rempart.casework.services.appealing import file_appeal, may_appeal
from rempart.casework.services.disclosing import facts_for_respondent
from rempart.casework.services.orders import WATCH
from rempart.casework.statements import writing
from rempart.casework.statements.dates import Language
from rempart.casework.statements.sentences import Sentences
from rempart.correspondence.forms import ConversationForm
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Message
from rempart.correspondence.services import mark_read
from rempart.ledger.clock import now
from rempart.pages.helplines import helplines_for
from rempart.pages.writing import day, moment

RESPONDENT = "respondent"
FEW_ENOUGH_FOR_ONE_LINE = 2


@by_link(RESPONDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """What restricts them, why, what they can do; and their answer."""
    case = respondents.case_of(access.conversation)
    respondents.tell(case)
    access.conversation.refresh_from_db()
    form = _in_words(ConversationForm(request.POST or None, request.FILES or None), _words(access), "write_label")
    if request.method == "POST":
        message = form.send(access.conversation, access.holder, Message.Kind.REPLY)
        if message is not None:
            return redirect("casework:respondent-sent", access.token, "reply")
    mark_read(access.conversation)
    context = _Page(access, case).context() | {
        "form": form,
        "record": recorded.of_respondent(case, access.conversation, _words(access)),
    }
    return render(request, "casework/respondent/page.html", context, status=422 if form.errors else 200)


@by_link(RESPONDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """An appeal against the newest decision that can be appealed: words, and files."""
    case = respondents.case_of(access.conversation)
    shown = _Page(access, case)
    decision = shown.appealable
    if decision is None:
        return redirect("casework:respondent", access.token)
    form = _in_words(ConversationForm(request.POST or None, request.FILES or None), shown.words, "appeal_label")
    form.fields["text"].required = True
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                message = form.send(access.conversation, access.holder, Message.Kind.APPEAL)
                if message is not None:
                    file_appeal(
                        case,
                        by=Appeal.By.RESPONDENT,
                        conversation=access.conversation,
                        grounds=form.cleaned_data["text"],
                        decision=decision,
                    )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if message is not None:
                return redirect("casework:respondent-sent", access.token, "appeal")
    context = shown.context() | {"form": form, "about": shown.said("appeal_about", what=shown.what(decision))}
    return render(request, "casework/respondent/appeal.html", context, status=422 if form.errors else 200)


@by_link(RESPONDENT)
@require_POST
def ask_for_data(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """A copy of their data, which a member prepares."""
    respondents.ask_for_data(respondents.case_of(access.conversation))
    return redirect("casework:respondent-sent", access.token, "data")


@by_link(RESPONDENT)
@require_GET
def sent(request: HttpRequest, access: LinkAccess, what: str) -> HttpResponse:
    """What they sent arrived, and what happens now."""
    case = respondents.case_of(access.conversation)
    shown = _Page(access, case)
    due = {"appeal": shown.appeal_due, "data": shown.data_due}.get(what)
    if what not in {"reply", "appeal", "data"} or (what != "reply" and due is None):
        raise Http404
    said = shown.said(f"sent_{what}", due=day(due) if due else "")
    title = shown.said(f"sent_{what}_title")
    context = {"access": access, "words": shown.words, "sent_title": title, "sent": said, "child": shown.child}
    return render(request, "casework/respondent/sent.html", context)


@by_link(RESPONDENT)
@require_safe
def record(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """The file that proves what their page shows."""
    case = respondents.case_of(access.conversation)
    return recorded.handed_over(recorded.of_respondent(case, access.conversation, _words(access)), access)


def _words(access: LinkAccess) -> dict[str, str]:
    conversation = access.conversation
    return Sentences("page.yaml", cast(Language, conversation.language), child=conversation.child_words).all()


def _in_words(form: ConversationForm, words: Mapping[str, str], label: str) -> ConversationForm:
    form.fields["text"].label = words[label]
    return form


class _Page:
    """What the page shows, made from what is stored."""

    def __init__(self, access: LinkAccess, case: Case) -> None:
        self.access, self.case = access, case
        self.side = case.respondent_side
        self.conversation = access.conversation
        self.language = cast(Language, self.conversation.language)
        self.child = self.conversation.child_words
        self.words = _words(access)
        told = Statement.objects.filter(decision__case=case).select_related("decision").order_by("-decision__begins_at")
        self.statements = list(told.prefetch_related("decision__measures"))
        self.current = next((one for one in self.statements if one.decision.in_force), None)

    def said(self, key: str, **values: str) -> str:
        """A sentence of the page."""
        return self.words[key].format(**values)

    def what(self, decision: Decision) -> str:
        """What a decision restricts, or did, in a few words."""
        return self._list([one for one in decision.measures.all() if one.measure != WATCH])

    def _list(self, measures: Sequence[MeasureTaken]) -> str:
        parts = [self.words[f"what_{one.measure}"] for one in sorted(measures, key=lambda one: one.weight)]
        parts = [*parts[:1], *(part[:1].lower() + part[1:] for part in parts[1:])]
        both = self.words["and"]
        return f" {both} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

    @property
    def appealable(self) -> Decision | None:
        """The newest decision that they can appeal now and have not appealed."""
        appealed = set(
            Appeal.objects.filter(conversation=self.conversation)
            .exclude(state=Appeal.State.WITHDRAWN)
            .values_list("decision", flat=True)
        )
        for one in self.statements:
            if one.decision_id not in appealed and may_appeal(self.case, Appeal.By.RESPONDENT, one.decision):
                return one.decision
        return None

    @property
    def _waiting_appeal(self) -> Appeal | None:
        return Appeal.objects.filter(conversation=self.conversation, state=Appeal.State.FILED).last()

    @property
    def appeal_due(self) -> datetime | None:
        """By when an appeal that waits is answered."""
        waiting = self._waiting_appeal
        return waiting.due_at if waiting else None

    @property
    def data_due(self) -> datetime | None:
        """By when the copy of their data comes."""
        asked = self.case.data_requests.filter(answered_at=None).first()
        return asked.due_at if asked else None

    def context(self) -> dict[str, Any]:
        """Everything that the template needs."""
        latest = self.current or (self.statements[0] if self.statements else None)
        sections = self._sections(latest) if latest else {}
        return {
            "access": self.access,
            "words": self.words,
            "child": self.child,
            "headline": self._headline(),
            "meaning": self._meaning(),
            "preventive": self.current is not None and self.current.decision.mode == Decision.Mode.PREVENTIVE,
            "restricted": self.current is not None,
            "several": self._several(),
            "helplines": helplines_for(respondents.country_of(self.case), young=self.child),
            "articles": self._articles(latest) if latest else [],
            "why": writing.why(latest.fields, self.language, child=self.child) if latest else [],
            "do": self._what_to_do(),
            "sections": sections,
            "agreed": self._agreed(latest),
            "money": self._money(),
            "whole": self._whole(self.current) if self.current else None,
            "before": [self._whole(one) for one in self.statements if one is not self.current],
            "data": self._data(),
        }

    def _holding(self) -> list[MeasureTaken]:
        """The measures that hold now, lightest first."""
        measures = self.current.decision.measures.all() if self.current else []
        return sorted((one for one in measures if one.measure != WATCH and _left(one)), key=lambda one: one.weight)

    def _headline(self) -> str:
        if self.current is None:
            return self.words["head_nothing"]
        holding, ends = self._holding(), self.current.decision.ends_at
        several = len(holding) > FEW_ENOUGH_FOR_ONE_LINE
        key = ("head_several_" if several else "head_") + ("until" if ends else "no_end")
        return self.said(key, what=self._list(holding), end=moment(ends) if ends else "")

    def _several(self) -> list[str]:
        """What changes, one thing a line, where it is too much for the first."""
        holding = self._holding()
        return [self.words[f"what_{one.measure}"] for one in holding] if len(holding) > FEW_ENOUGH_FOR_ONE_LINE else []

    def _articles(self, statement: Statement) -> list[dict[str, str]]:
        ground = statement.fields["ground"]
        return [
            {
                "title": writing.in_language(one["title"], self.language),
                "text": writing.in_language(one["text"], self.language),
                "of": self.said("article_of", id=one["id"], rulebook=ground["rulebook"], version=ground["version"]),
            }
            for one in ground["articles"]
        ]

    def _meaning(self) -> list[str]:
        if self.current is not None:
            decision = self.current.decision
            said = [self.words["precaution" if decision.mode == Decision.Mode.PREVENTIVE else "final"]]
            lifted = [one for one in decision.measures.all() if one.measure != WATCH and not _left(one)]
            return [*said, *([self.said("part_lifted", what=self._list(lifted))] if lifted else [])]
        if not self.statements:
            return []
        last = self.statements[0].decision
        ended = last.closes_at or now()
        waiting = self.case.decisions.filter(
            measures__orders__action="lift", measures__orders__carried_out_at=None
        ).exists()
        said = [self.said("over", at=moment(ended)), self.words["being_given_back" if waiting else "given_back"]]
        if any(one.measure == "no_monetisation" for one in last.measures.all()) and _preventive(last):
            said.append(self.words["money_paid_out"])
        return [" ".join(said), *([self.words["not_held_against"]] if _preventive(last) else [])]

    def _what_to_do(self) -> dict[str, Any]:
        until = self.side.reply_until
        reply = self.said("do_reply_lead" if now() <= until else "do_reply_late", until=day(until))
        decision, waiting = self.appealable, self._waiting_appeal
        closes = may_appeal(self.case, Appeal.By.RESPONDENT, decision).until if decision else None
        return {
            "reply": reply,
            "appeal": self.said("do_appeal_lead", until=day(closes - timedelta(seconds=1))) if closes else "",
            "appeal_waits": self.said("appeal_waits", at=day(waiting.filed_at), due=day(waiting.due_at))
            if waiting
            else "",
            "adult": self.conversation.adult_since is not None,
        }

    def _sections(self, statement: Statement) -> dict[str, list[str]]:
        child = f"{self.language}_child"
        text = statement.texts[child if self.child and child in statement.texts else self.language]
        return {one["id"]: one["paragraphs"] for one in text}

    def _agreed(self, statement: Statement | None) -> list[str]:
        """What complainants agreed to since the statement was made; it names those of before."""
        if statement is None:
            return []
        told = facts_for_respondent(self.case, statement.decision.assessment)
        return [fact[self.language] for fact in told.agreed if fact not in statement.fields["facts"]["agreed"]]

    def _money(self) -> list[str]:
        if self.current is None or not _preventive(self.current.decision):
            return []
        decision = self.current.decision
        if not any(one.measure == "no_monetisation" and _left(one) for one in decision.measures.all()):
            return []
        held, since = respondents.newest_sum(self.case), moment(cast(datetime, decision.begins_at))
        if held is None:
            first = self.said("money_unknown", since=since)
        else:
            total = writing.sum_of_money(str(held.amount), held.currency, self.language)
            first = self.said("money_sum", sum=total, since=since, as_of=moment(held.as_of))
        return [first, self.words["money_returns"]]

    def _whole(self, statement: Statement) -> dict[str, Any]:
        plain = statement.texts[self.language]
        child = statement.texts.get(f"{self.language}_child") if self.child else None
        return {
            "title": self.said("whole_title", at=day(statement.made_at)),
            "number": self.said("whole_number", number=statement.fields["number"]),
            "sections": child or plain,
            "official": plain if child else None,
        }

    def _data(self) -> dict[str, Any]:
        asked = self.case.data_requests.filter(answered_at=None).first()
        said = self.said("data_asked", at=day(asked.asked_at), due=day(asked.due_at)) if asked else ""
        return {"asked": said, "url": reverse("casework:respondent-data", args=[self.access.token])}


def _left(measure: MeasureTaken) -> bool:
    """Whether a measure still holds, a lift that lies ahead aside: it may be cancelled, so nothing is promised."""
    return measure.lifted_at is None or measure.lifted_at > now()


def _preventive(decision: Decision) -> bool:
    return decision.mode == Decision.Mode.PREVENTIVE
