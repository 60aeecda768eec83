"""What a platform knows of the accounts that cases are about, learnt when a case opens and now and then after that.

What it does not say stays as it was known otherwise; what it said once and does not say any more is unknown again, and
an unknown age is protected as a minor's. Handles are followed by the platform's immutable number.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from rempart import ledger
from rempart.casework.models import Case, Decision
from rempart.casework.states import State
from rempart.intake.accounts import learn_facts
from rempart.intake.models import Account
from rempart.intake.signals import testimonies_changed
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import registry
from rempart.platforms.connector import NOT_UNDERSTOOD, Description, PlatformFailure
from rempart.platforms.models import AccountDescription, Platform
from rempart.records import AccountRow

logger = logging.getLogger("rempart.platforms")

FACTS = ("reach", "age_band", "monetised", "country")
FRESH = timedelta(days=1)
FRESH_WHILE_PROPOSED = timedelta(hours=1)
AT_A_TIME = 50


def describe_account(account: Account) -> AccountDescription | None:
    """Ask the platform that covers an account what it knows of it, and learn it; None where no platform does.

    Doing it again changes nothing unless the platform says something else. What goes wrong is kept in the description,
    and what was known stays.
    """
    platform = registry.platform_for(account)
    if platform is None:
        return None
    try:
        said = registry.connector_of(platform).describe(account.reference)
    except PlatformFailure as failure:
        return _keep(account, platform, problem=str(failure))
    except Exception:
        # A connector's mistake, or an answer that nobody foresaw: the accounts after it are asked about all the same.
        logger.exception("account %s could not be described", account.pk)
        return _keep(account, platform, problem=NOT_UNDERSTOOD)
    return _learn(account, platform, said)


@transaction.atomic
def _learn(account: Account, platform: Platform, said: Description) -> AccountDescription:
    account = Account.objects.select_for_update().get(pk=account.pk)
    number = said.reference.id or account.platform_id
    if number is None:
        return _keep(account, platform, problem=gettext_noop("the platform tells no number that stays the same"))
    if account.platform_id not in (None, number):
        return _keep(account, platform, problem=gettext_noop("this handle belongs to another account there now"))
    before = AccountDescription.objects.filter(account=account).first()
    facts = {name: getattr(said, name) for name in FACTS}
    known = _together(account, facts, before.said if before and before.platform_id == platform.pk else {})
    row = {"id": number, "service": account.service, "handle": said.reference.handle, **known}
    try:
        changed = learn_facts([msgspec.convert(row, AccountRow)])
    except msgspec.ValidationError:
        return _keep(account, platform, problem=gettext_noop("the platform says what cannot be true of an account"))
    if changed:
        ledger.append(Event.ACCOUNT_DESCRIBED, subject=account, acting=None, content={"platform": platform.name, **row})
        testimonies_changed.send(Account, accounts=changed)
    return _keep(account, platform, answered=True, said=facts, staff=said.staff)


def _together(account: Account, said: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an account now that the platform said this, having said `before` the last time."""
    known = {}
    for name in FACTS:
        held = getattr(account, name)
        taken_back = held is not None and before.get(name) == held
        known[name] = said[name] if said[name] is not None or taken_back else held
    return known


def _keep(account: Account, platform: Platform, *, answered: bool = False, **values: Any) -> AccountDescription:
    moment = now()
    values = {"problem": "", **values, "platform": platform, "asked_at": moment}
    if answered:
        values["answered_at"] = moment
    kept, _created = AccountDescription.objects.update_or_create(account=account, defaults=values)
    return kept


def describe_due(*, limit: int = AT_A_TIME) -> int:
    """Ask again about the accounts of open cases, at most `limit` of them; returns how many were asked about.

    Those that nobody asked about first, then where a proposal waits and an hour has passed, then once a day. Platforms
    whose circuit breaker is open are left alone.
    """
    covered = _covered()
    if not covered:
        return 0
    moment = now()
    proposed = Exists(Decision.objects.filter(case__account=OuterRef("pk"), state=Decision.State.PROPOSED))
    stale = Q(asked=None) | Q(asked__lt=moment - FRESH) | Q(proposed, asked__lt=moment - FRESH_WHILE_PROPOSED)
    due = (
        Account.objects.filter(covered, Exists(Case.objects.filter(account=OuterRef("pk")).exclude(state=State.CLOSED)))
        .annotate(asked=models.F("description__asked_at"))
        .filter(stale)
        .order_by(models.F("asked").asc(nulls_first=True), "pk")
    )
    asked = [describe_account(account) for account in due[:limit]]
    return sum(one is not None for one in asked)


def _covered() -> Q:
    """Accounts of the enabled platforms that are not left alone; an empty Q where there is none."""
    found = Q()
    for platform in Platform.objects.filter(Q(closed_until=None) | Q(closed_until__lte=now()), enabled=True):
        servers = Q()
        for host in platform.hosts:
            servers |= Q(handle__endswith=f":{host}") | Q(handle__endswith=f"@{host}")
        found |= Q(service=platform.service) & servers
    return found
