"""What other rooms read here: testimonies as records, and who is spoken of in a wave."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rempart import records
from rempart.intake.models import Account, HourlyCount, ReporterCommunity, Testimony, WatchedTag, Wave, WavePost
from rempart.ledger.clock import now


def accounts_of(wave: Wave) -> "QuerySet[Account]":
    """The accounts that posts of the wave speak of."""
    spoken_of = Testimony.objects.filter(post__wavepost__wave=wave).values("account")
    return Account.objects.filter(pk__in=spoken_of).order_by("service", "handle")


def records_about(accounts: Iterable[Account]) -> list[records.Testimony]:
    """All that was said of these accounts, as records in order of receipt; one query."""
    return _records(Q(account__in=list(accounts)))


def records_around(accounts: Iterable[Account]) -> list[records.Testimony]:
    """What was said of these accounts, by the same people of others, and in the waves that speak of them; one query.

    How surprising it is that people share words, a community or an earlier target is measured against the rest.
    """
    about = Testimony.objects.filter(account__in=list(accounts))
    waves = WavePost.objects.filter(post__testimonies__in=about).values("wave")
    return _records(
        Q(pk__in=about.values("pk"))
        | Q(reporter__in=about.values("reporter"))
        | Q(post__in=WavePost.objects.filter(wave__in=waves).values("post"))
    )


def _records(condition: Q) -> list[records.Testimony]:
    rows = with_record(Testimony.objects.filter(condition)).select_related("account", "post")
    rows = rows.order_by("received_at", "uid")
    return [record_of(row) for row in rows.iterator(chunk_size=2000)]


def with_record(rows: "QuerySet[Testimony]") -> "QuerySet[Testimony]":
    """With `upheld` and `rejected`: how many other testimonies of the reporter were found true (of other accounts) and
    manifestly unfounded by two people; and with `acts_with`, the groups that they were seen to act with. What the
    platform counted and said itself comes on top (`reporter_facts`).
    """
    others = Testimony.everything.filter(reporter=OuterRef("reporter")).exclude(pk=OuterRef("pk")).order_by()
    upheld = others.filter(upheld_at__isnull=False).exclude(account=OuterRef("account"))
    rejected = others.filter(unfounded_at__isnull=False)
    groups = ReporterCommunity.objects.filter(reporter=OuterRef("reporter"), until__gt=now()).order_by("community")
    acts_with = ArraySubquery(groups.values("community"))
    return rows.annotate(upheld=_number(upheld), rejected=_number(rejected), acts_with=acts_with)


def watched_tags() -> "QuerySet[WatchedTag]":
    """The hashtags that are listened for, with `posts` (kept) and `counted` (by the hour only) of their waves."""
    kept = WavePost.objects.filter(wave__hashtag=OuterRef("hashtag"), wave__invented=False).order_by()
    counted = HourlyCount.objects.filter(wave__hashtag=OuterRef("hashtag"), wave__invented=False).order_by()
    return WatchedTag.objects.annotate(
        posts=Coalesce(Subquery(kept.values("wave").annotate(number=Count("pk")).values("number")), 0),
        counted=Coalesce(Subquery(counted.values("wave").annotate(number=Sum("posts")).values("number")), 0),
    )


def _number(found: "QuerySet[Testimony]") -> Coalesce:
    return Coalesce(Subquery(found.values("reporter").annotate(number=Count("pk")).values("number")), 0)


def record_of(row: Testimony) -> records.Testimony:
    """A stored testimony as the contract's record; `row` comes from `with_record`."""
    facts = row.reporter_facts
    earlier = {name: facts.get(name, 0) + getattr(row, name) for name in ("upheld", "rejected")}
    communities = list(dict.fromkeys([*facts.get("communities", []), *row.acts_with]))
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
        "reporter": {"id": row.reporter, **facts, **earlier, "communities": communities},
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
