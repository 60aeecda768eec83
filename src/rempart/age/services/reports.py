"""Reports that somebody is too young, and what people decide about them within seven days.

All reports on one account are one matter. However many there are, nothing happens by itself: a person decides what is
asked of the account, and what weighs is what was said and from how many places, never how often.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from rempart.age import saying
from rempart.age.errors import NotAsWished, Refused, SafetyFirst, WrongState
from rempart.age.models import AgeMatter, Challenge, ProtectionCase, UnderAgeReport
from rempart.age.services import safeguarding
from rempart.age.services.challenges import open_challenge
from rempart.age.services.evidence import Evidence
from rempart.age.services.guards import ensure_may_decide, ensure_safe_to_ask, given_reason, named, officers_look
from rempart.correspondence import tasks
from rempart.correspondence.announcing import alarm_team
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import open_conversation, say
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

DECIDED_WITHIN = timedelta(days=7)
LONGEST = 4_000  # characters of a report
PURPOSE = "report of somebody too young"
AN_HOUR = 3600  # seconds
MOST_AN_HOUR = 10
"""Reports that one place sends in an hour; a place is one of 65,536, so that nobody can say who it was."""
Outcome = AgeMatter.Outcome


class TooMany(Refused):
    """So many reports came from one place within the hour."""


@dataclass(frozen=True)
class Places:
    """How many reports there are, and from how many places they came (None counts as one)."""

    reports: int
    places: int


def ensure_not_too_many(network: str) -> None:
    """Raises TooMany for a place that reported so often within the hour. Who asks is kept nowhere.

    A place is 16 bits of a keyed hash of a network and the hour: one of them stands for thousands of networks.
    """
    hour = int(now().timestamp()) // AN_HOUR
    key = f"age.report:{hour}:{_bits(settings.SECRET_KEY.encode(), f'age report {hour} {network}')}"
    cache.add(key, 0, AN_HOUR)
    if cache.incr(key) > MOST_AN_HOUR:
        raise TooMany


@transaction.atomic
def report_account(
    account: AccountReference,
    *,
    reason: UnderAgeReport.Reason | str,
    relation: UnderAgeReport.Relation | str = "",
    text: str = "",
    hurt: bool = False,
    language: str = "fr",
    network: str = "",
    email: str = "",
    number: str = "",
    country: str = "",
) -> UnderAgeReport:
    """Take in a report: it joins what else was said of the account, or begins it.

    hurt: they say that somebody may be hurting the child: child-safety officers look first, as they do where the words
    suggest it. network: where it came from, of which 16 bits are kept, under the matter's own salt. email: where they
    want to hear what came of it, sealed. number: the platform's own, which is received once.
    Raises NotAsWished for a text that is too long, ValueError for what is no e-mail address.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST:
        raise NotAsWished(f"{LONGEST}")
    matter = matter_of(account, country=country)
    if number and (known := UnderAgeReport.objects.filter(matter__service=account.service, number=number).first()):
        return known
    report = UnderAgeReport.objects.create(
        matter=matter,
        received_at=now(),
        reason=UnderAgeReport.Reason(reason),
        relation=relation,
        hurt=hurt,
        sealed_text=sealing.seal(text, purpose=PURPOSE) if text else None,
        language=language,
        place=_bits(bytes(matter.salt), network) if network and matter.salt is not None else None,
        number=number,
    )
    report.conversation = open_conversation(
        Conversation.Kind.AGE_REPORTER,
        about=reference(matter),
        person=reference(report),
        language=language,
        email=email,
    )
    report.save(update_fields=["conversation"])
    append(Event.AGE_REPORTED, subject=report, content={"reason": str(report.reason), "matter": matter.pk})
    if hurt or safeguarding.told_of_harm(text):
        sign = safeguarding.SAID if hurt else safeguarding.TOLD
        safeguarding.look_first(account, sign=sign, passages=[text] if text else [])
    return report


def matter_of(account: AccountReference, *, country: str = "") -> AgeMatter:
    """What is being said of an account, the rows locked; begun where nothing is. For the services of this room."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('age.matter'), hashtext(%s))", [str(account)])
    open_ = AgeMatter.objects.select_for_update(of=("self",)).filter(named(account), decided_at=None).order_by("pk")
    if (matter := open_.first()) is not None:
        if matter.platform_id is None and account.id:
            matter.platform_id = account.id
            matter.save(update_fields=["platform_id"])
        return matter
    moment = now()
    return AgeMatter.objects.create(
        service=account.service,
        handle=account.handle,
        platform_id=account.id,
        country=country.upper() if len(country) == 2 else "",
        salt=secrets.token_bytes(16),
        opened_at=moment,
        due_at=moment + DECIDED_WITHIN,
    )


def places_of(matter: AgeMatter) -> Places:
    """How many reports, and from how many places."""
    places = list(matter.reports.values_list("place", flat=True))
    return Places(len(places), len({one for one in places if one is not None}) + (None in places))


def text_of(report: UnderAgeReport) -> str:
    """What somebody wrote; empty where they wrote nothing or it was erased."""
    return sealing.unseal(report.sealed_text, purpose=PURPOSE) if report.sealed_text is not None else ""


@transaction.atomic
def decide_matter(
    matter: AgeMatter,
    *,
    outcome: AgeMatter.Outcome | str,
    because: str,
    acting: StaffMember,
    step: Challenge.Step | str = Challenge.Step.ASK,
) -> AgeMatter:
    """A person decides what is asked of the account, and everybody who reported it hears that it was looked at.

    step: what is asked (`ask` or `prove`) where the outcome is ASKED. Raises NotAllowed, ReasonMissing, WrongState once
    it is decided, SafetyFirst while child-safety officers look; AlreadyShown where the age was shown.
    """
    ensure_may_decide(acting)
    because = given_reason(because)
    matter = AgeMatter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    if matter.decided_at is not None:
        raise WrongState
    outcome = Outcome(outcome)
    ensure_safe_to_ask_or_leave(matter, outcome)
    if outcome != Outcome.NOTHING:
        wanted = Challenge.Step.RESTRICT if outcome == Outcome.RESTRICT else Challenge.Step(step)
        matter.challenge = open_challenge(
            matter.reference,
            because=Challenge.Because.REPORT if matter.reports.exists() else Challenge.Because.PERSON,
            step=wanted,
            reports=places_of(matter).places,
            evidence=evidence_of(matter),
            country=matter.country,
            note=because,
            acting=acting,
        )
    return close_matter(matter, outcome, because, acting=acting)


def ensure_safe_to_ask_or_leave(matter: AgeMatter, outcome: AgeMatter.Outcome) -> None:
    """Raises SafetyFirst while officers look at the account; once they said to leave it be, only that is left."""
    if officers_look(matter.reference):
        raise SafetyFirst
    if outcome != Outcome.NOTHING:
        ensure_safe_to_ask(matter.reference)


def close_matter(
    matter: AgeMatter, outcome: AgeMatter.Outcome, because: str, *, acting: StaffMember | None
) -> AgeMatter:
    """Write down what was decided, forget where reports came from, and tell those who reported."""
    matter.outcome, matter.because, matter.salt = outcome, because, None
    matter.decided_at, matter.decided_by = now(), acting
    matter.save()
    content = {"outcome": str(outcome), "in_time": matter.decided_at <= matter.due_at}
    append(Event.AGE_MATTER_DECIDED, subject=matter, acting=acting, content=content)
    words = saying.both("report", "outcome_nothing" if outcome == Outcome.NOTHING else "outcome_step", day=now())
    for report in matter.reports.exclude(conversation=None).select_related("conversation"):
        say(report.conversation, text=words, kind=Message.Kind.OUTCOME, once="outcome")
    return matter


def evidence_of(matter: AgeMatter) -> list[Evidence]:
    """What the sweep read of the account; who reported, and what they wrote, is in no evidence."""
    from rempart.age.services.sweeps import evidence_in

    return [one for sighting in matter.sightings.all() for one in evidence_in(sighting)]


def due() -> "QuerySet[AgeMatter]":
    """What is to be decided, what is due first before. `first`: child-safety officers look before anybody decides."""
    same = Q(handle=OuterRef("handle")) | Q(platform_id=OuterRef("platform_id"))
    looking = ProtectionCase.objects.filter(same, service=OuterRef("service"), settled_at=None)
    return AgeMatter.objects.filter(decided_at=None).annotate(first=Exists(looking)).order_by("due_at", "pk")


def alarm_overdue() -> int:
    """Call those who decide for what nobody decided within seven days, once each. Returns for how many."""
    done = 0
    for key in due().filter(due_at__lte=now(), alarmed_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            open_ = AgeMatter.objects.select_for_update(skip_locked=True).filter(decided_at=None, alarmed_at=None)
            if (matter := open_.filter(pk=key).first()) is None:
                continue
            matter.alarmed_at = now()
            matter.save(update_fields=["alarmed_at"])
            page = reverse("age:matter", args=[matter.pk])
            deciders = safeguarding.holders(Permission.AGE)
            alarm_team(deciders, page=page, key=f"age.matter:{matter.pk}", at=now())
            append(Event.AGE_MATTER_OVERDUE, subject=matter)
            tasks.alarm.defer()
            done += 1
    return done


def _bits(key: bytes, said: str) -> int:
    return int.from_bytes(hmac.new(key, said.encode(), hashlib.sha256).digest()[:2], "big")
