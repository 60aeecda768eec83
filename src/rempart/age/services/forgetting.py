"""What the gate, reports and sweeps kept is erased: when its time is over, or at the word of whoever it is about."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q

from rempart import ledger
from rempart.age.models import (
    AgeMatter,
    Attempt,
    ClosedYoung,
    Comeback,
    Consent,
    GuardianBond,
    ProtectionCase,
    VendorRequest,
)
from rempart.age.services import counting
from rempart.correspondence.services import erase_conversation

RETENTION = "retention"


def erase_attempts(before: datetime) -> int:
    """Attempts made before that moment; the bits stay as long as they count."""
    return _erase_attempts(Attempt.objects.filter(made_at__lt=before), RETENTION)


def erase_matters(before: datetime) -> int:
    """Matters decided before that moment, with their reports."""
    return erase_these(AgeMatter.objects.filter(decided_at__lt=before), because=RETENTION)


def erase_closed(before: datetime) -> int:
    """What is known of accounts closed before that moment."""
    found = list(ClosedYoung.objects.filter(closed_at__lt=before))
    for one in found:
        _erase(one.comebacks.all(), RETENTION)
    return _erase(found, RETENTION)


def erase_protection_cases(before: datetime) -> int:
    """Cases of child protection settled before that moment."""
    return _erase(ProtectionCase.objects.filter(settled_at__lt=before), RETENTION)


def erase_guardians(before: datetime) -> int:
    """Guardians who were asked before that moment and answer for nobody since: nothing of theirs holds or held."""
    of_use = Consent.objects.filter(Q(withdrawn_at=None, until__gte=before) | Q(withdrawn_at__gte=before))
    ended = GuardianBond.objects.filter(named_at__lt=before).exclude(consents__in=of_use)
    return erase_bonds(ended.exclude(left_at__gte=before).exclude(lost_at__gte=before), because=RETENTION)


def erase_bonds(bonds: Iterable[GuardianBond], *, because: str) -> int:
    """Erase what is held of guardians, with what they agreed to and their pages."""
    found = list(bonds)
    for bond in found:
        conversation = bond.conversation
        for consent in bond.consents.all():
            ledger.erase(consent, because=because)
        _erase([bond], because)
        if conversation is not None:
            erase_conversation(conversation, because=because)
    return len(found)


def erase_vendor_requests(before: datetime) -> int:
    """Questions to providers whose time was over before that moment."""
    going = list(VendorRequest.objects.filter(expires_at__lt=before))
    counting.keep(counting.where_vendor_requests_stood(going))
    return _erase(going, RETENTION)


def erase_these(matters: Iterable[AgeMatter], *, because: str) -> int:
    """Erase matters and everything that was said in them, the reporters' pages too."""
    found = list(matters)
    for matter in found:
        for report in matter.reports.select_related("conversation"):
            conversation = report.conversation
            ledger.erase(report, because=because)
            report.delete()
            if conversation is not None:
                erase_conversation(conversation, because=because)
        for sighting in matter.sightings.all():
            ledger.erase(sighting, because=because)
    return _erase(found, because)


def about(service: str, handle: str) -> Q:
    """Rows about an account, by its handle, or by its number written `#number`."""
    if handle.startswith("#"):
        return Q(service=service, platform_id=handle.removeprefix("#"))
    return Q(service=service, handle=handle)


def erase_about(named: Q, *, because: str) -> tuple[int, int]:
    """Erase what is held of an account; returns how much went, and how much stays since nobody has decided it yet.

    What child-safety officers looked at stays for its own time, and is counted nowhere: to tell of it could do harm.
    """
    matters = AgeMatter.objects.filter(named)
    going = erase_these(matters.exclude(decided_at=None), because=because)
    going += _erase_attempts(Attempt.objects.filter(named), because)
    going += _erase(Comeback.objects.filter(named).exclude(decided_at=None), because)
    return going, AgeMatter.objects.filter(named).count()


def _erase_attempts(found: Iterable[Attempt], because: str) -> int:
    going = list(found)
    counting.keep(counting.where_attempts_stood(going))
    return _erase(going, because)


def _erase(found: "Iterable[models.Model]", because: str) -> int:
    things = list(found)
    for one in things:
        ledger.erase(one, because=because)
        one.delete()
    return len(things)
