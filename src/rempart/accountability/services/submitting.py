"""From statements of reasons to submissions, and these to the DSA Transparency Database (Art. 24(5)).

No transaction is open while the database is asked. Before it is asked, `asked_at` says that it may have taken what is
sent; killed or left without an answer, the next run looks each identifier up before it sends anything again. The
database refuses an identifier that it has, so that even an answer that is wrong or late brings nothing in twice.
"""

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from rempart import ledger
from rempart.accountability.dsa import api
from rempart.accountability.dsa.checking import Problem
from rempart.accountability.dsa.declaring import CannotBeDeclared, declare
from rempart.accountability.dsa.personal import passages_in
from rempart.accountability.dsa.shape import shape
from rempart.accountability.models import Submission
from rempart.casework.errors import Refused
from rempart.casework.links import counted_with
from rempart.casework.models import Statement
from rempart.intake.models import Account, Testimony
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.services import breaker
from rempart.platforms.services.alone import alone_with
from rempart.staff.models import StaffMember

logger = logging.getLogger("rempart.accountability")

State = Submission.State
SENDING, ENLISTING = 0x52_45_4D_10, 0x52_45_4D_11  # "REM", 16 and 17
LOOK_AGAIN = timedelta(minutes=30)
"""When something that a person has to set right (a token, an address) is tried again."""
ALONE_AFTER = 5
A_RUN = 20.0  # seconds that the worker gives to sending at a time: other jobs wait
_BATCH = 500
# One statement for a batch: each has its own number, and Django's would take longer than the database itself.
_TAKE = """
UPDATE accountability_submission AS submission
SET state = 'taken', taken_at = %s, uuid = said.uuid, next_at = NULL, trouble = ''
FROM unnest(%s::bigint[], %s::text[]) AS said(id, uuid)
WHERE submission.id = said.id AND submission.state = 'waits'
RETURNING submission.id, submission.puid, submission.uuid
"""


class NotRefused(Refused):
    """Only what was refused is declared again."""

    words = _("It no longer waits for a person.")


class NotTaken(Refused):
    """Only what the database took, and was not corrected yet, is corrected by another statement."""

    words = _("Only a statement that was taken, and was not corrected yet, is corrected by another.")


class CannotBeSaid(Refused):
    """The statement of reasons left with its case, or what would be declared holds personal data."""

    words = _("This cannot be declared: name nobody, and no handle, address or number.")


class StatementGone(Refused):
    """The statement of reasons left with its case: there is nothing to declare again."""

    words = _("The statement of reasons left with its case: there is nothing to declare again.")


@dataclass
class Sent:
    """What a run of the sender came to."""

    taken: int = 0
    known: int = 0
    refused: int = 0
    put_off: int = 0
    trouble: str = ""


def is_set_up() -> bool:
    """Whether statements are sent: only with a token. Without one they are kept, and can be exported."""
    return bool(settings.REMPART_DSA_TOKEN)


# --- from statements to submissions


def enlist() -> int:
    """Declare every statement of reasons that was not declared yet; returns how many. Nothing is sent by it."""
    enlisted = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [ENLISTING])
            waiting = list(Statement.objects.filter(submissions=None).order_by("pk")[:_BATCH])
            made = Submission.objects.bulk_create([_submission_of(one) for one in waiting])
            for one in made:
                if one.state == State.REFUSED:
                    _tell_refusal(one)
        enlisted += len(made)
        if len(waiting) < _BATCH:
            return enlisted


def _submission_of(statement: Statement) -> Submission:
    moment = now()
    found = Submission(statement=statement, puid=puid_of(statement), made_at=statement.made_at, enlisted_at=moment)
    _declare(found, statement)
    return found


def _declare(submission: Submission, statement: Statement, **more: str) -> None:
    """Fill in what is to be sent, or why it cannot be."""
    try:
        submission.payload = declare(statement.fields, puid=submission.puid, **more)
        submission.state, submission.next_at, submission.problems = State.WAITS, now(), []
    except CannotBeDeclared as refused:
        submission.payload, submission.state, submission.next_at = {}, State.REFUSED, None
        submission.problems = [one._asdict() for one in refused.problems]
    except Exception:
        # Fields that this version does not understand must not keep those of others from being declared.
        logger.exception("statement %s could not be declared", statement.pk)
        submission.payload, submission.state, submission.next_at = {}, State.REFUSED, None
        submission.problems = [Problem("statement", "type", "cannot be read; the log says why")._asdict()]


def puid_of(statement: Statement) -> str:
    """The identifier of a statement: always the same one, and no other installation's of the same platform.

    The numbers of two installations, or of one before and after its database was restored, may be equal; the moments
    at which they made their statements are not.
    """
    moment = hashlib.sha256(f"{statement.pk} {statement.made_at.isoformat()}".encode()).hexdigest()[:8]
    return f"{statement.fields['number']}-{moment}"


def declared(*, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Submission]:
    """Submissions of statements made since a moment and before another, oldest first."""
    found = Submission.objects.order_by("made_at", "pk")
    found = found.filter(made_at__gte=since) if since else found
    return found.filter(made_at__lt=until) if until else found


# --- sending


def send_due(*, at_once: bool = False, budget: float = inf) -> Sent:
    """Send what is due, one process at a time, until nothing is, or something stands in the way.

    at_once: what was put off is tried now too. budget: seconds after which no other batch is begun.
    Does nothing where no token is set, or while another process sends.
    """
    sent, until = Sent(), time.monotonic() + budget
    if not is_set_up():
        return sent
    with alone_with(SENDING, 0) as alone:
        if not alone:
            return sent
        with api.TransparencyDatabase(settings.REMPART_DSA_ADDRESS, settings.REMPART_DSA_TOKEN) as there:
            for batch in _due(at_once=at_once):
                if not _send(batch, there, sent) or time.monotonic() > until:
                    break
    return sent


def _due(*, at_once: bool) -> Iterator[list[Submission]]:
    """What is to be sent, a batch at a time. What failed often goes alone: it may be what fails the others with it."""
    while True:
        waiting = Submission.objects.filter(state=State.WAITS).order_by("next_at", "pk")
        waiting = waiting if at_once else waiting.filter(next_at__lte=now())
        batch = list(waiting[: shape().batch["most"]])
        if not batch:
            return
        yield batch[:1] if batch[0].attempts >= ALONE_AFTER else batch


def _send(batch: Sequence[Submission], there: api.TransparencyDatabase, sent: Sent) -> bool:
    """Send a batch; False when nothing else should be tried now. What could not be sent is put off."""
    try:
        unknown = [one for one in batch if not (one.asked_at and there.has(one.puid))]
        new = {one.pk for one in unknown}
        _take([one for one in batch if one.pk not in new], {}, sent)
        _hand_over(unknown, there, sent)
    except TemporaryFailure as failure:
        _put_off(batch, failure, sent)
    except PermanentFailure as failure:
        _put_off(batch, TemporaryFailure(str(failure), after=LOOK_AGAIN), sent)
        logger.error("statements of reasons are not sent: %s", failure)
    else:
        return True
    return False


def _hand_over(batch: Sequence[Submission], there: api.TransparencyDatabase, sent: Sent) -> None:
    """Hand over a batch, and what is left of it once those at fault are out, until each has its answer."""
    if not batch:
        return
    Submission.objects.filter(pk__in=[one.pk for one in batch]).update(asked_at=now(), attempts=F("attempts") + 1)
    try:
        outcome = there.hand_over([one.payload for one in batch])
    except api.TooMany:
        _was_not_taken(batch)
        raise
    if isinstance(outcome, api.Taken):
        _take(batch, outcome.uuids, sent)
        return
    _was_not_taken(batch)
    if isinstance(outcome, api.Known) and (had := [one for one in batch if one.puid in outcome.puids]):
        _take(had, {}, sent)
        _hand_over([one for one in batch if one.puid not in outcome.puids], there, sent)
    elif isinstance(outcome, api.Faulty):
        for place, said in outcome.errors.items():
            _refuse(batch[place], [{"field": field, "rule": "api", "message": words} for field, words in said], sent)
        _hand_over([one for place, one in enumerate(batch) if place not in outcome.errors], there, sent)
    elif len(batch) == 1:
        words = outcome.message if isinstance(outcome, api.Unclear) else "HTTP 422"
        _refuse(batch[0], [{"field": "statement", "rule": "api", "message": words}], sent)
    else:
        middle = len(batch) // 2
        _hand_over(batch[:middle], there, sent)
        _hand_over(batch[middle:], there, sent)


def _was_not_taken(batch: Sequence[Submission]) -> None:
    Submission.objects.filter(pk__in=[one.pk for one in batch], state=State.WAITS).update(asked_at=None)


@transaction.atomic
def _take(batch: Sequence[Submission], uuids: Mapping[str, str], sent: Sent) -> None:
    """The database has these. Recorded once, however often it says so."""
    said = [uuids.get(one.puid, "")[:100] for one in batch]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [now(), [one.pk for one in batch], said])
        taken = sorted(cursor.fetchall())
    for pk, puid, number in taken:
        content = {"puid": puid, "uuid": number}
        ledger.append(Event.SUBMISSION_TAKEN, subject=Submission(pk=pk), content=content)
    sent.taken += len(taken)
    sent.known += sum(not number for _pk, _puid, number in taken)


@transaction.atomic
def _refuse(submission: Submission, problems: list[dict[str, str]], sent: Sent) -> None:
    """The database will not take it as it is: a person has to look."""
    waiting = Submission.objects.select_for_update().filter(pk=submission.pk, state=State.WAITS)
    for one in waiting:
        one.state, one.next_at, one.problems, one.trouble = State.REFUSED, None, problems, ""
        one.save(update_fields=["state", "next_at", "problems", "trouble"])
        _tell_refusal(one)
        sent.refused += 1


def _tell_refusal(submission: Submission) -> None:
    fields = sorted({one["field"] for one in submission.problems})
    ledger.append(Event.SUBMISSION_REFUSED, subject=submission, content={"puid": submission.puid, "fields": fields})


def _put_off(batch: Sequence[Submission], failure: TemporaryFailure, sent: Sent) -> None:
    """Try those that still wait later: all at the same moment, so that they go as a batch again."""
    waiting = Submission.objects.filter(pk__in=[one.pk for one in batch], state=State.WAITS)
    tries = max(waiting.values_list("attempts", flat=True), default=0)
    again = now() + breaker.wait(tries, after=failure.after)
    sent.put_off += waiting.update(next_at=again, trouble=str(failure))
    sent.trouble = str(failure)


# --- what people do


@transaction.atomic
def declare_again(submission: Submission, *, acting: StaffMember | None) -> Submission:
    """Declare once more what was refused, from its statement as this version of the software says it.

    Raises NotRefused, StatementGone.
    """
    found = Submission.objects.select_for_update(of=("self",)).select_related("statement").get(pk=submission.pk)
    if found.state != State.REFUSED:
        raise NotRefused
    if found.statement is None:
        raise StatementGone
    wrong = found.corrects
    _declare(found, found.statement, **({"replaces": wrong.puid, "because": found.because} if wrong else {}))
    found.trouble = ""
    found.save(update_fields=["payload", "state", "next_at", "problems", "trouble"])
    ledger.append(Event.SUBMISSION_RETRIED, subject=found, acting=acting, content={"puid": found.puid})
    return found


@transaction.atomic
def correct(submission: Submission, *, because: str, acting: StaffMember) -> Submission:
    """Declare a statement that was sent wrong again, under an identifier of its own that names the wrong one.

    The API has no way to change or delete what it took: the new statement says which one it replaces and why. because:
    what was wrong, in English, for the public.
    Raises NotTaken, StatementGone, CannotBeSaid (somebody of the case is named, or something gives them away).
    """
    wrong = Submission.objects.select_for_update(of=("self",)).select_related("statement").get(pk=submission.pk)
    if wrong.state != State.TAKEN or Submission.objects.filter(corrects=wrong).exists():
        raise NotTaken
    if wrong.statement is None:
        raise StatementGone
    because = " ".join(because.split())
    if not because or passages_in(because, names=_names_of(wrong.statement)):
        raise CannotBeSaid
    number = wrong.number + 1
    new = Submission(
        statement=wrong.statement,
        number=number,
        puid=f"{puid_of(wrong.statement)}-{number}",
        made_at=now(),
        enlisted_at=now(),
        corrects=wrong,
        corrected_by=acting,
        because=because,
    )
    _declare(new, wrong.statement, replaces=wrong.puid, because=because)
    new.save()
    ledger.append(
        Event.SUBMISSION_CORRECTED, subject=new, acting=acting, content={"puid": new.puid, "replaces": wrong.puid}
    )
    return new


def _names_of(statement: Statement) -> set[str]:
    """Handles and names of everybody whom the case of a statement knows: whom it is about, and who spoke."""
    accounts = counted_with(statement.decision.case.account_id)
    spoken = Testimony.everything.filter(account__in=accounts).select_related("post")
    names = {row.post.author for row in spoken if row.post} | {row.reporter for row in spoken}
    names |= set(Account.objects.filter(pk__in=accounts).values_list("handle", flat=True))
    return {part for name in names for part in (name, name.rpartition(":")[2]) if part}


# --- what is shown


def refused() -> QuerySet[Submission]:
    """Those that a person has to look at, oldest first."""
    return Submission.objects.filter(state=State.REFUSED).order_by("made_at", "pk")


def counts() -> dict[str, int]:
    """How many stand where, every state included."""
    found = dict(Submission.objects.order_by().values_list("state").annotate(many=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in State}


def standing_in_the_way() -> str:
    """Why what waits was put off the last time, "" where nothing was."""
    waiting = Submission.objects.filter(state=State.WAITS).exclude(trouble="")
    return waiting.order_by("-attempts").values_list("trouble", flat=True).first() or ""
