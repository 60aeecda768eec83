"""The groups that reporters were seen to act with, which count as their communities when what is said is weighed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from rempart.intake.models import ReporterCommunity, Testimony
from rempart.intake.signals import testimonies_changed


@transaction.atomic
def keep_communities(groups: Mapping[str, Iterable[str]], *, until: datetime) -> int:
    """Keep the groups of each reporter (pseudonyms) until that moment, or longer where they were kept longer.

    The accounts that they spoke of are assessed again where a group is new. Returns how many memberships are new. Who
    finds groups appends the ledger row.
    """
    wanted = {(reporter, group) for reporter, names in groups.items() for group in names}
    known = {
        (row.reporter, row.community): row
        for row in ReporterCommunity.objects.select_for_update().filter(reporter__in=groups).order_by("pk")
    }
    fresh = sorted(wanted - known.keys())
    ReporterCommunity.objects.bulk_create(
        [ReporterCommunity(reporter=reporter, community=group, until=until) for reporter, group in fresh],
        update_conflicts=True,
        unique_fields=["reporter", "community"],
        update_fields=["until"],
    )
    longer = [row.pk for key, row in known.items() if key in wanted and row.until < until]
    ReporterCommunity.objects.filter(pk__in=longer).update(until=until)
    spoke = Testimony.objects.filter(reporter__in={reporter for reporter, _group in fresh})
    accounts = set(spoke.values_list("account", flat=True).distinct())
    if accounts:
        testimonies_changed.send(ReporterCommunity, accounts=accounts)
    return len(fresh)
