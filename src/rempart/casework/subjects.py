"""What casework holds about one person, handed to them or erased at their request (see `privacy.subjects`).

A respondent's copy leads to nobody who spoke: of the facts it says what `services.disclosing` says, what depends on the
moment somebody spoke is given by month, no count of people is given, and every text that the house wrote is looked
through again for names and words of those who spoke. Nothing in it says whether an authority was told of anything.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Model

from rempart.casework.links import counted_with
from rempart.casework.models import (
    AccountLink,
    Appeal,
    AppealWindow,
    Case,
    Decision,
    DisclosedFact,
    HeldSum,
    ReportingRestriction,
    ServiceNotice,
)
from rempart.casework.retention import forget_cases
from rempart.casework.services.disclosing import SPEAKING, facts_for_respondent
from rempart.casework.services.holds import is_held
from rempart.casework.services.identity import links_of
from rempart.casework.statements.identity import leads_to_somebody
from rempart.casework.states import State
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import export_conversation
from rempart.files.models import StoredFile
from rempart.files.services import keep
from rempart.intake.models import Account, Testimony
from rempart.intake.retention import forget_accounts
from rempart.intake.subjects import accounts_of, conversations_of, handed_over, pseudonyms_of, testimonies_of
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.pages import labels
from rempart.privacy.subjects import Erased, Export, Subject, as_zip, export_subject
from rempart.staff.models import StaffMember

WITHHELD = "[…]"
VOCABULARIES = ("measure", "mode", "conduct", "case_state", "outcome", "service", "age_band")
# What the person concerned was told of when it happened: its day may be said. Of anything else the month is.
TOLD_BY_DAY = frozenset(
    {
        Event.DECISION_TAKEN,
        Event.DECISION_RENEWED,
        Event.DECISION_LAPSED,
        Event.MEASURE_LIFTED,
        Event.CASE_CLOSED,
        Event.OUTCOME_REACHED,
    }
)


# Kinds of rows about what was done to the person. What somebody else said or did (a danger, a report) is not theirs.
TOLD = ("case_", "decision_", "measure_", "outcome_", "appeal_", "conversation_", "message_", "link_")
# Who worked on the case when is how the house is organised, not what was done to the person.
NOT_TOLD = frozenset({Event.CASE_CLAIMED, Event.CASE_LEFT, Event.CASE_TAKEN_OVER})


class _Words:
    """The house's texts about a case, without what could lead to whoever spoke."""

    def __init__(self, account: Account) -> None:
        counted = counted_with(account.pk)
        spoken = Testimony.everything.filter(account__in=counted, stance__in=SPEAKING).select_related("post")
        rows = [row for row in spoken if row.reporter != str(account.reference)]
        self._names = {row.post.author for row in rows if row.post} | {row.reporter for row in rows}
        self._names -= {account.handle, ""}
        self._said = [(row.post.text if row.post else row.text) or "" for row in rows]

    def safe(self, value: Any, *, by_hand: bool = False) -> Any:
        """The same value, with whatever leads to somebody withheld from every text in it.

        by_hand: a member wrote it, so that handles, addresses and numbers of anybody are withheld too: those who
        reported are kept under pseudonyms, and their names are not known here.
        """
        if isinstance(value, str):
            for found in leads_to_somebody(value, names=self._names, said=self._said, fact=False, by_form=by_hand):
                value = value.replace(found.words, WITHHELD)
            return value
        if isinstance(value, dict):
            return {key: self.safe(one, by_hand=by_hand) for key, one in value.items()}
        if isinstance(value, list):
            return [self.safe(one, by_hand=by_hand) for one in value]
        return value


def export_cases(subject: Subject) -> Export | None:
    """The cases about a respondent: what was decided, what they were told and answered, what the ledger says of it."""
    if subject.role != "respondent":
        return None
    data, files = [], {}
    for account in accounts_of(subject):
        for case in Case.objects.filter(account=account):
            data.append(_case(case, _Words(account)))
            if (conversation := _conversation(case)) is not None:
                files |= handed_over(conversation)
    said = {value: str(words) for name in VOCABULARIES for value, words in labels.VOCABULARIES[name].items()}
    return Export(data=data, files=files, words=said | {event.value: str(event.label) for event in Event})


def copy_for(case: Case, *, acting: StaffMember) -> StoredFile:
    """The copy of their data that a respondent asked for, as one file to hand over on their page."""
    account = case.account
    # A handle may have passed to somebody else; the number never does.
    name = f"#{account.platform_id}" if account.platform_id else account.handle
    who = Subject(service=account.service, handle=name, role="respondent")
    side = getattr(case, "respondent_side", None)
    found = export_subject(who, language=side.conversation.language if side else "fr")
    return keep(as_zip(found), name=f"{account.service}-{account.handle}.zip", acting=acting, largest=None)


def _case(case: Case, words: _Words) -> dict[str, Any]:
    record = case.assessments.first()
    conversation = _conversation(case)
    decisions = case.decisions.filter(state=Decision.State.TAKEN).select_related("rulebook", "statement")
    return {
        "state": case.state,
        "opened": f"{case.opened_at:%Y-%m}",
        "facts": asdict(facts_for_respondent(case)),
        "belief": {
            "month": f"{record.made_at:%Y-%m}",
            "severity": labels.words_for("severity", record.severity),
            "believed": _believed(record.credibility),
        }
        if record
        else None,
        "decisions": [_decision(one, words) for one in decisions.prefetch_related("measures__orders")],
        "outcomes": [
            {"kind": one.kind, "day": one.decided_at.date(), "words": words.safe(one.words, by_hand=True)}
            for one in case.outcomes.filter(undone_at=None).exclude(kind="referred")
        ],
        "appeals": [
            _appeal(one, words) for one in Appeal.objects.filter(case=case, by=Appeal.By.RESPONDENT).order_by("pk")
        ],
        "elsewhere": [
            {
                "account": str((one.second if one.first_id == case.account_id else one.first).reference),
                "degree": one.degree,
                "month": f"{one.noted_at:%Y-%m}",
                "withdrawn": one.withdrawn_at is not None,
            }
            for one in links_of(case.account)
            if one.degree != AccountLink.Degree.NAMED  # what others say, told to nobody before somebody checked it
        ],
        "held_sums": [
            {"amount": str(one.amount), "currency": one.currency, "as_of": one.as_of}
            for one in HeldSum.objects.filter(case=case)
        ],
        "data_requests": [
            {"asked_at": one.asked_at, "answered_at": one.answered_at} for one in case.data_requests.all()
        ],
        "conversation": _talk(conversation, words) if conversation else None,
        "records": _records(case, conversation),
    }


def _conversation(case: Case) -> Conversation | None:
    side = getattr(case, "respondent_side", None)
    return side.conversation if side else None


def _believed(credibility: float) -> str:
    return "low" if credibility < 0.5 else "medium" if credibility < 0.8 else "high"


def _decision(decision: Decision, words: _Words) -> dict[str, Any]:
    statement = getattr(decision, "statement", None)
    people = (decision.approved_by_id is not None) + (decision.seconded_by_id is not None)
    return {
        "mode": decision.mode,
        "measures": [
            {
                "measure": one.measure,
                "lifted_at": one.lifted_at,
                "orders": [{"action": order.action, "day": order.ordered_at.date()} for order in one.orders.all()],
            }
            for one in decision.measures.all()
        ],
        "articles": decision.articles,
        "rulebook": str(decision.rulebook),
        "approved_by": ("software", "a reviewer", "a reviewer and a second one")[people],
        "begins_at": decision.begins_at,
        "review_due": decision.review_due,
        "ends_at": decision.closes_at,
        "reasons": words.safe(decision.reasons),
        "statement": words.safe(statement.texts) if statement else None,
    }


def _appeal(appeal: Appeal, words: _Words) -> dict[str, Any]:
    return {
        "filed_at": appeal.filed_at,
        "grounds": appeal.grounds,
        "state": appeal.state,
        "decided_at": appeal.decided_at,
        "answer": words.safe(appeal.decided_because, by_hand=True),
    }


def _talk(conversation: Conversation, words: _Words) -> dict[str, Any]:
    """The conversation as they saw it. What they wrote themselves is theirs, whatever they say in it."""
    held = export_conversation(conversation)
    held.pop("about")
    for message in held["messages"]:
        if message["author"] not in ("them", "adult"):
            message["text"] = words.safe(message["text"], by_hand=message["author"] == "staff")
    return held


def _records(case: Case, conversation: Conversation | None) -> list[dict[str, Any]]:
    """The ledger's rows about what was done to the person, by kind and day or month, never how many."""
    decisions = list(case.decisions.all())
    measures = [one for decision in decisions for one in decision.measures.all()]
    outcomes = list(case.outcomes.exclude(kind="referred"))
    own = list(Appeal.objects.filter(case=case, by=Appeal.By.RESPONDENT))
    things: list[Model] = [case, *decisions, *measures, *outcomes, *own, *([conversation] if conversation else [])]
    rows = LedgerRow.objects.filter(subject__in=[reference(thing) for thing in things])
    told = {
        (_when(row.event, row.effective_at), row.event)
        for row in rows
        if row.event.startswith(TOLD) and row.event not in NOT_TOLD
    }
    return [{"what": event, "when": when} for when, event in sorted(told)]


def _when(event: str, at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if event in TOLD_BY_DAY else f"{at:%Y-%m}"


def export_reporting(subject: Subject) -> Export | None:
    """What became of somebody's reports for themselves: complaints, facts they agreed to, their right to report."""
    if subject.role != "author":
        return None
    conversations = conversations_of(subject)
    return Export(
        data={
            "appeals": [
                {
                    "filed_at": one.filed_at,
                    "grounds": one.grounds,
                    "state": one.state,
                    "decided_at": one.decided_at,
                    "answer": one.decided_because,
                }
                for one in Appeal.objects.filter(conversation__in=conversations).order_by("pk")
            ],
            "agreed": [
                {"text": one.text, "state": one.state, "answered_at": one.answered_at}
                for one in DisclosedFact.objects.filter(complainant__conversation__in=conversations)
            ],
            "notices": [
                {
                    "service": one.service,
                    "account": one.handle,
                    "conduct": one.conduct,
                    "state": one.state,
                    "sent_at": one.sent_at,
                    "answer": one.answer,
                }
                for one in ServiceNotice.objects.filter(report__conversation__in=conversations)
            ],
            "restrictions": [
                {
                    "kind": one.kind,
                    "begins_at": one.begins_at,
                    "ends_at": one.ends_at,
                    "lifted_at": one.lifted_at,
                    "reasons": one.because,
                }
                for one in ReportingRestriction.objects.filter(reporter__in=pseudonyms_of(subject))
            ],
        }
    )


def erase_cases_about(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase the cases about a respondent that are over and that nothing keeps, with what was said of the account."""
    if subject.role != "respondent":
        return []
    told = []
    for account in accounts_of(subject):
        counts_in = Case.objects.filter(account__in=counted_with(account.pk)).order_by("pk")
        case = next((one for one in counts_in if one.account_id == account.pk or why_it_stays(one)), None)
        if case is None:
            told.append(Erased(what="account", erased=1))
            if really:
                forget_accounts([account.pk])
        elif why := why_it_stays(case):
            told.append(Erased(what="case", erased=0, stays=1, because="; ".join(why)))
        else:
            told.append(Erased(what="case", erased=1))
            if really:
                forget_cases([case], because=because)
    rows = sum(LedgerRow.objects.filter(subject=reference(account)).count() for account in accounts_of(subject))
    told.append(Erased(what="ledger rows, contents apart", erased=0, stays=rows, because="the proof of what was done"))
    return told


def why_it_stays(case: Case) -> list[str]:
    """Why a case cannot be erased now at the request of the person concerned; nothing when it can."""
    why = []
    if is_held(case):
        why.append("a legal hold keeps it")
    if case.state != State.CLOSED:
        why.append("the case is not closed")
    if case.decisions.to_come_or_in_force().exists():
        why.append("a measure is in force")
    window = AppealWindow.objects.filter(case=case, closes_at__gt=now()).order_by("-closes_at").first()
    if window is not None:
        why.append(f"it can be appealed until {window.closes_at:%Y-%m-%d}")
    return why


def tell_what_stays(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Of an author, what is not erased with what they said: sealed copies under a hold, a suspension until its end."""
    if subject.role != "author":
        return []
    held = [one for one in testimonies_of(subject) if (case := _case_of(one)) is not None and is_held(case)]
    suspended = ReportingRestriction.objects.filter(reporter__in=pseudonyms_of(subject)).count()
    stays = []
    if held:
        stays.append(Erased(what="sealed copies", erased=0, stays=len(held), because="a legal hold, until its release"))
    if suspended:
        stays.append(Erased(what="restrictions", erased=0, stays=suspended, because="they end by themselves"))
    return stays


def _case_of(testimony: Testimony) -> Case | None:
    return Case.objects.filter(account__in=counted_with(testimony.account_id)).order_by("pk").first()


HANDED_OVER = {
    *("casework.Case", "casework.AssessmentRecord", "casework.Decision", "casework.MeasureTaken"),
    *("casework.PlatformOrder", "casework.Outcome", "casework.Statement", "casework.RespondentSide", "casework.Appeal"),
    *("casework.AccountLink", "casework.ServiceNotice", "casework.ServiceNotice_files"),
    *("casework.HeldSum", "casework.DataRequest", "casework.DisclosedFact", "casework.ReportingRestriction"),
    *("correspondence.Conversation", "correspondence.Message", "files.StoredFile", "files.SealedContent"),
    "ledger.LedgerRow",
}
EXPORTERS = {"cases": export_cases, "reporting": export_reporting}
ERASERS = {"cases": erase_cases_about, "kept": tell_what_stays}
LEFT_OUT = {
    "casework.Note": "what members write to each other; it may point to somebody who spoke",
    "casework.ThreatDecision": "whether an authority is informed is not told to the person concerned",
    "casework.Referral": "whether an authority is informed is not told to the person concerned",
    "casework.LegalHold": "whether an authority asked is not told to the person concerned",
    "casework.HeldCopy": "what others wrote, sealed for an authority",
    "casework.Complainant": "who reported",
    "casework.UnfoundedReport": "what members found of others' reports; what follows for their author is handed over",
    "casework.CaseText": "the words of others and of notes, folded for search",
    "casework.Independence": "which of those who spoke resemble each other",
    "casework.SecondReview": "a check of the team's own agreement; nothing follows from it for anybody",
    "casework.ShadowJudgement": "what rules that are not in force would have said; nothing follows from it",
    "casework.ComparedCase": "what a draft that is not in force would have said; nothing follows from it",
    "casework.WaveReplay": "what other rules would have done; nothing follows from it",
    "casework.AppealWindow": "until when an appeal is possible stands in the statement of reasons",
    "casework.Reconsideration": "a task of the team's; it may follow from what somebody who reported took back",
    "casework.Reminder": "dates on which the team was reminded",
    "casework.Escalation": "dates on which a senior was called",
    "casework.Passing": "dates that passed, recorded once",
    "casework.ToTell": "moments at which the person is written to; what they are told is in their conversation",
    "correspondence.Delivery": "that a message was announced, without what it said",
    "files.Hold": "whether an authority asked is not told to the person concerned",
    "ledger.Content": "why members acted, in words for colleagues; the rows are handed over by kind",
    "procrastinate.ProcrastinateJob": "row numbers of work that waits",
    "staff.SignInAttempt": "failed attempts to sign in to the desk",
}
