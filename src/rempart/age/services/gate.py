"""The gate: the question put once to somebody who signs up, and what the platform learns of the answer.

The first answer stands: for the sign-up's number always, for the same device for a day where it did not open the way
(a yes is no yes for the next child on a shared tablet). What was typed is compared with the policy's ages, and
forgotten.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from rempart.age.errors import Refused, WrongState
from rempart.age.models import Assurance, Attempt, Confidence, Method, Subject
from rempart.age.policies import THRESHOLDS, policy_at, threshold
from rempart.age.services import comebacks
from rempart.age.services.assurances import assure
from rempart.age.signals import attempt_bound, guardian_needed
from rempart.correspondence import announcing, tasks
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.references import AccountReference

LASTS = timedelta(days=1)
"""How long an address of the gate opens, and for how long a device's answer stands."""
YES_LASTS, NO_LASTS = timedelta(days=365), timedelta(days=30)
"""How long a bit counts; the same for everybody, so that its end tells nothing of a birthday."""
OLDEST = 120
MADE_FOR = "rempart.age.gate"
Way = Attempt.Way


class AttemptRefused(Refused):
    """What the platform asks for cannot be. `field` names what is wrong with it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why

    def __str__(self) -> str:
        return self.why


class NumberTaken(AttemptRefused):
    """Another attempt, or another account, has this number."""


@dataclass(frozen=True)
class Made:
    """An attempt, and whether it was made now."""

    attempt: Attempt
    is_new: bool


@transaction.atomic
def make_attempt(
    *,
    service: str,
    number: str,
    return_to: str,
    country: str = "",
    language: str = "fr",
    thresholds: Collection[int] = (),
    features: Collection[str] = (),
    device: str = "",
    network: str = "",
    sex: str = "",
) -> Made:
    """Prepare the question for one sign-up, or find the one there is: the platform's number stands for one person once.

    thresholds, features: what the platform wants to know, the age for an account by default. device, network: hashes of
    the platform's own; kept as keyed hashes of them. sex: "f", "m" or "x" as the person stated it there, for error
    rates. Raises AttemptRefused for an address, a feature or a country that is not known, NumberTaken where the number
    belongs to an attempt with another country, address or question.
    """
    ensure_may_return(return_to)
    asked = _asked(country, thresholds, features)
    moment = now()
    attempt, is_new = Attempt.objects.get_or_create(
        service=service,
        number=number,
        defaults={
            "country": country,
            "language": language,
            "asked": asked,
            "return_to": return_to,
            "device": hashed("device", service, device),
            "network": hashed("network", service, network),
            "sex": sex,
            "made_at": moment,
            "expires_at": moment + LASTS,
        },
    )
    if is_new:
        append(Event.AGE_ATTEMPT_MADE, subject=attempt, content={"asked": asked})
    elif (attempt.country, attempt.return_to, attempt.asked) != (country, return_to, asked):
        raise NumberTaken("number", "another attempt has this number")
    return Made(attempt, is_new)


def address_of(attempt: Attempt) -> str:
    """The whole address of an attempt's page, to hand over to its person alone."""
    token = signing.Signer(salt=MADE_FOR, sep=".").sign(str(attempt.pk))
    return settings.REMPART_ADDRESS.rstrip("/") + reverse("age:gate", args=[token])


def attempt_of(token: str) -> Attempt | None:
    """The attempt whose page this is; None for what was not made here, and for an address that opens no more."""
    try:
        number = signing.Signer(salt=MADE_FOR, sep=".").unsign(token)
    except signing.BadSignature:
        return None
    return Attempt.objects.filter(pk=int(number), expires_at__gt=now()).first()


@transaction.atomic
def look_at_device(attempt: Attempt) -> Attempt:
    """Where an answer of today on the same device did not open the way, let it stand for this attempt, too."""
    attempt = _locked(attempt)
    if attempt.open and (before := _stands_for(attempt)) is not None:
        return _follow(attempt, before)
    return attempt


@transaction.atomic
def answer(attempt: Attempt, born: date) -> Attempt:
    """They say when they were born. The first answer stands: another one changes nothing.

    Kept are the bits that were asked for. Raises ValueError for a day that is not within the last OLDEST years, which
    is no answer yet; WrongState once the address opens no more.
    """
    attempt = _locked(attempt)
    if attempt.answered_at is not None:
        return attempt
    if not attempt.open:
        raise WrongState
    moment = now()
    today = timezone.localdate(moment)
    if not 0 <= (years := _years(born, today)) <= OLDEST or born > today:
        raise ValueError("a birth date lies within the last 120 years")
    if (before := _stands_for(attempt)) is not None:
        return _follow(attempt, before)
    policy = policy_at(attempt.country, moment)
    if years < policy.minimum_age:
        way = Way.NOT_YET
    else:
        way = Way.GUARDIAN if years < policy.guardian_consent_below else Way.ON
    for over in attempt.asked:
        _say(attempt.subject, over, met=years >= over, way=way)
    return _answered(attempt, way)


def results_of(attempt: Attempt) -> list[dict[str, Any]]:
    """What the platform learns: one bit for each threshold that it asked for, the newest of each. Empty until then."""
    held: dict[int, Assurance] = {}
    subject = attempt.subject
    for one in Assurance.objects.filter(
        service=subject.service, kind=subject.kind, reference=subject.reference, over__in=attempt.asked
    ).order_by("made_at", "pk"):
        if one.holds(now()):
            held[one.over] = one
    shown = ("over", "met", "method", "confidence", "expires_at")
    return [{name: getattr(held[over], name) for name in shown} for over in sorted(held)]


@transaction.atomic
def bind(attempt: Attempt, account: AccountReference, *, same_as: Iterable[AccountReference] = ()) -> Attempt:
    """An account came of the attempt: what is held of its age is the account's from now on.

    same_as: accounts that the platform holds to be the same person's. Where the new one resembles an account that was
    closed because its owner is too young, that is put before a person; nothing happens by itself.
    Raises WrongState before the question was answered, NumberTaken where another account came of it.
    """
    attempt = _locked(attempt)
    if attempt.answered_at is None:
        raise WrongState
    if attempt.bound_at is not None:
        if (attempt.handle, attempt.platform_id) != (account.handle, account.id):
            raise NumberTaken("account", "another account came of this attempt")
        return attempt
    attempt.handle, attempt.platform_id, attempt.bound_at = account.handle, account.id, now()
    attempt.save(update_fields=["handle", "platform_id", "bound_at"])
    owner = Subject.account(account.service, account.id or account.handle)
    for one in Assurance.objects.filter(service=attempt.service, kind="attempt", reference=attempt.number):
        if one.holds(now()):
            assure(
                owner,
                over=one.over,
                met=one.met,
                method=Method(one.method),
                confidence=Confidence(one.confidence),
                expires_at=one.expires_at,
            )
    attempt_bound.send(Attempt, attempt=attempt, owner=owner)
    append(Event.AGE_ATTEMPT_BOUND, subject=attempt)
    comebacks.look_for(account, device=attempt.device, network=attempt.network, same_as=same_as)
    return attempt


def hashed(kind: str, service: str, value: str) -> str:
    """A keyed hash of what a platform said of a device or a network; blank for nothing."""
    if not value:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"age {kind} {service} {value}".encode(), hashlib.sha256).hexdigest()


def _locked(attempt: Attempt) -> Attempt:
    """The attempt as it is stored; whoever is asked on the same device waits until the transaction ends."""
    if attempt.device:
        with connection.cursor() as cursor:
            key = int.from_bytes(bytes.fromhex(attempt.device)[:8], signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    return Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)


def _stands_for(attempt: Attempt) -> Attempt | None:
    if not attempt.device:
        return None
    since = now() - LASTS
    same = Attempt.objects.filter(service=attempt.service, device=attempt.device, answered_at__gt=since)
    return same.exclude(pk=attempt.pk).exclude(way=Way.ON).order_by("answered_at", "pk").first()


def _follow(attempt: Attempt, before: Attempt) -> Attempt:
    attempt.follows = before.follows or before
    for one in results_of(before):
        if one["over"] in attempt.asked:
            _say(attempt.subject, one["over"], met=one["met"], way=Way(before.way))
    return _answered(attempt, Way(before.way))


def _say(subject: Subject, over: int, *, met: bool, way: Attempt.Way) -> None:
    assure(
        subject,
        over=over,
        met=met,
        method=Method.STATED,
        confidence=Confidence.ASSERTED,
        expires_at=now() + (NO_LASTS if way == Way.NOT_YET else YES_LASTS),
    )


def _answered(attempt: Attempt, way: Attempt.Way) -> Attempt:
    attempt.way, attempt.answered_at = way, now()
    attempt.save(update_fields=["way", "answered_at", "follows"])
    append(Event.AGE_ATTEMPT_ANSWERED, subject=attempt, content={"repeated": attempt.follows is not None})
    page = reverse("api:age-attempt", args=[attempt.number]) + f"?service={attempt.service}"
    if announcing.announce_page(
        announcing.SIGN_UP_ANSWERED, attempt.service, page=page, key=f"age.attempt:{attempt.pk}", at=now()
    ):
        transaction.on_commit(tasks.deliver_soon)
    if way == Way.GUARDIAN and attempt.follows is None:
        guardian_needed.send(Attempt, attempt=attempt)
    return attempt


def _years(born: date, today: date) -> int:
    """Whole years at the beginning of today; who was born on 29 February turns on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _asked(country: str, thresholds: Collection[int], features: Collection[str]) -> list[int]:
    policy = policy_at(country, now())
    if odd := sorted(set(thresholds) - set(THRESHOLDS)):
        raise AttemptRefused("thresholds", f"{odd[0]} is none of {', '.join(map(str, THRESHOLDS))}")
    for feature in features:
        if feature not in policy.features:
            raise AttemptRefused("features", f"no feature is called {feature}; there are {', '.join(policy.features)}")
    wanted = {*thresholds, *(threshold(policy.years(feature)) for feature in features)}
    return sorted(wanted or {threshold(policy.minimum_age)})


def ensure_may_return(address: str) -> None:
    """Raises AttemptRefused for an address that is none of REMPART_AGE_RETURN, nor below one of them."""
    try:
        there = urlsplit(address)
        for allowed in map(urlsplit, settings.REMPART_AGE_RETURN):
            below = there.path == allowed.path or there.path.startswith(allowed.path.rstrip("/") + "/")
            same = (there.scheme, there.netloc) == (allowed.scheme, allowed.netloc)
            if same and below and not there.fragment and ".." not in there.path.split("/"):
                return
    except ValueError:
        pass
    raise AttemptRefused("return_to", "this address is none that the gate may send people back to")
