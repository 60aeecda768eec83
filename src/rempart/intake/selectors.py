"""What other rooms read here: testimonies as records, and who is spoken of in a wave."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from django.db.models import QuerySet

from rempart import records
from rempart.intake.models import Account, Testimony, Wave


def accounts_of(wave: Wave) -> "QuerySet[Account]":
    """The accounts that posts of the wave speak of."""
    spoken_of = Testimony.objects.filter(post__wavepost__wave=wave).values("account")
    return Account.objects.filter(pk__in=spoken_of).order_by("service", "handle")


def records_about(accounts: Iterable[int]) -> dict[int, list[records.Testimony]]:
    """All that was said of these accounts, as records in order of receipt; one query."""
    by_account: defaultdict[int, list[records.Testimony]] = defaultdict(list)
    rows = (
        Testimony.objects.filter(account__in=list(accounts))
        .select_related("account", "post")
        .order_by("account_id", "received_at", "uid")
    )
    for row in rows.iterator(chunk_size=2000):
        by_account[row.account_id].append(record_of(row))
    return dict(by_account)


def record_of(row: Testimony) -> records.Testimony:
    """A stored testimony as the contract's record."""
    said: dict[str, Any] = {
        "id": row.uid,
        "received_at": row.received_at,
        "channel": row.channel,
        "about": row.account.reference,
        "stance": row.stance,
        "conduct": row.conduct,
        "conduct_services": row.conduct_services,
        "met_on": row.met_on,
        "complainant_minor": row.complainant_minor,
        "text": row.post.text if row.post else row.text,
        "reporter": {"id": row.reporter, **row.reporter_facts},
        "origin": row.origin,
        "evidence": row.evidence,
    }
    return msgspec.convert(said, records.Testimony, from_attributes=False)


def facts_of(account: Account) -> records.AccountFacts:
    """What rules may weigh of an account."""
    return msgspec.convert(
        {
            "reach": account.reach,
            "monetised": account.monetised,
            "age_band": account.age_band,
            "country": account.country,
        },
        records.AccountFacts,
    )
