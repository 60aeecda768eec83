"""Looking at what is there: the counters of accounts for sudden fame, stored reports for pile-ons.

Each look goes on from what the last one left and can be killed at any point: what it saw is stored, with how far it
looked, in one transaction; before that, the next look sees the same again.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from django.conf import settings
from django.db import transaction

from rempart import records
from rempart.intake.models import Account, ReporterCommunity, Testimony
from rempart.ledger.clock import now
from rempart.lookout.levels import false_discoveries
from rempart.lookout.models import Kind, RadarRun
from rempart.lookout.services.receiving import Received, receive_fame_alerts, receive_groups, receive_pile_ons
from rempart.records.lines import Rejects

logger = logging.getLogger("rempart.lookout")

# Fame: counters older than this at the first look teach what is usual, and their alerts are no news; how many files of
# counters its charts are drawn from.
NEWS = timedelta(days=7)
FILES = 31
# Pile-ons: how far back reports tell what is usual for an account, at most so many of them, and what its chart shows.
HISTORY = timedelta(days=28)
MOST = 300_000
CHARTED = timedelta(days=2)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_REPORTED = ("user_report", "form")  # trusted flaggers report together because it is their work
_COMMUNITY = "pile-on:"


def look_at_fame() -> Received | None:
    """Take the ticks that the folder of counters calls for; None when there is nothing new, or no folder is set.

    Raises what `rempart.radar.ticking.run` raises.
    """
    if not settings.REMPART_COUNTERS:
        return None
    from rempart.radar.fame import Parameters
    from rempart.radar.state import State
    from rempart.radar.ticking import TABLES, Summary, run

    began = now()
    folder = Path(settings.REMPART_RADAR_STATE) / "fame"
    rejects = Rejects(BytesIO())
    summary = Summary()
    last = RadarRun.objects.filter(kind=Kind.FAME).order_by("-upto").first()
    alerts = list(
        run(
            settings.REMPART_COUNTERS,
            rejects=rejects,
            accounts=settings.REMPART_ACCOUNTS or None,
            state=folder,
            parameters=Parameters(false_discoveries=false_discoveries(Kind.FAME, began)),
            retell=True,
            summary=summary,
        )
    )
    if rejects.count:
        logger.warning("fame: %s rows of the counters or accounts were refused", rejects.count)
    newest = State(folder.resolve(), TABLES).newest()
    if newest is None or (last is not None and newest.at <= last.upto):
        return None
    since = max(newest.at - NEWS, last.upto) if last is not None else newest.at - NEWS
    fresh = [alert for alert in alerts if alert.alert_at > since]
    known = accounts_named((alert.account_id for alert in fresh), settings.REMPART_ACCOUNTS or None)
    gains = gains_of({alert.account_id for alert in fresh}, Path(settings.REMPART_COUNTERS))
    with transaction.atomic():
        received = receive_fame_alerts(fresh, accounts=known, gains=gains)
        _looked(Kind.FAME, newest.at, began, looked_at=newest.rows, alerts=received.new)
    return received


def accounts_named(numbers: Iterable[str], table: str | None) -> dict[str, records.AccountRow]:
    """The rows of an accounts table (JSONL or Parquet) by id, for these ids; bad rows are left out.

    Raises FileNotFoundError.
    """
    if table is None:
        return {}
    import duckdb

    from rempart.radar.accounts import AccountsTable

    with TemporaryDirectory(prefix="rempart-lookout-") as scratch, duckdb.connect() as connection:
        known = AccountsTable(table, connection, scratch=Path(scratch), rejects=Rejects(BytesIO()))
        return known.of(numbers)


def gains_of(numbers: Collection[str], counters: Path) -> dict[str, list[tuple[datetime, float]]]:
    """What these accounts gained a day in the newest FILES files of a folder of Parquet, by id, oldest first.

    Nothing for counters that are no such folder: the charts then show what the alerts hold.
    """
    files = sorted(str(file) for file in counters.rglob("*.parquet"))[-FILES:] if counters.is_dir() else []
    if not numbers or not files:
        return {}
    import pyarrow.dataset as tables

    found: defaultdict[str, list[tuple[datetime, float]]] = defaultdict(list)
    last: dict[str, tuple[datetime, int]] = {}
    ours = tables.field("account_id").cast("string").isin(sorted(numbers))
    rows = tables.dataset(files).to_table(columns=["account_id", "at", "followers"], filter=ours).to_pylist()
    levels = {(str(row["account_id"]), _moment(row["at"])): row["followers"] for row in rows}
    for (number, at), followers in sorted(levels.items()):
        if followers is None:
            continue
        if number in last:
            before, level = last[number]
            found[number].append((at, (followers - level) / ((at - before) / _DAY)))
        last[number] = at, followers
    return dict(found)


def _moment(at: datetime | str) -> datetime:
    """The instant of a row of counters, which may be text, or without a zone where the table has none."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def look_at_reports() -> Received | None:
    """Look for pile-ons in the reports of HISTORY; None when no report came since the last look."""
    from rempart.radar.pile_ons import Parameters, find

    began = now()
    rows = Testimony.objects.filter(channel__in=_REPORTED, stance="testimony", received_at__gt=began - HISTORY)
    rows = rows.filter(received_at__lte=began).order_by("-received_at", "uid")
    newest = rows.values_list("received_at", flat=True).first()
    last = RadarRun.objects.filter(kind=Kind.PILE_ON).order_by("-upto").first()
    if newest is None or (last is not None and newest <= last.upto):
        return None
    columns = ("uid", "received_at", "reporter", "account_id", "text")
    actions = [_action(*row) for row in rows.values_list(*columns)[:MOST]]
    parameters = Parameters(false_discoveries=false_discoveries(Kind.PILE_ON, began))
    found = find(actions, known=_known_groups(began), parameters=parameters)
    accounts = Account.objects.in_bulk({int(alert.target) for alert in found.alerts})
    with transaction.atomic():
        alerts = [(alert, accounts[int(alert.target)]) for alert in found.alerts if int(alert.target) in accounts]
        received = receive_pile_ons(
            [msgspec.structs.replace(alert, target=_reference(account)) for alert, account in alerts],
            pseudonyms=True,
            series={_reference(account): chart(actions, alert) for alert, account in alerts},
        )
        receive_groups(found.groups, pseudonyms=True)
        _looked(Kind.PILE_ON, newest, began, looked_at=len(actions), alerts=received.new)
    return received


def chart(actions: Sequence[records.Action], alert: records.PileOnAlert) -> list[dict[str, object]]:
    """The series of a pile-on: people an hour who reported its target, around what is usual for it at any hour.

    The band reaches two standard deviations of a Poisson variable to either side of the mean of the hours before.
    """
    by_hour: defaultdict[datetime, set[str]] = defaultdict(set)
    for action in actions:
        if action.target == alert.target:
            by_hour[_hour(action.at)].add(action.actor)
    first, last = _hour(alert.ended_at - CHARTED), _hour(alert.ended_at)
    before = [hour for hour in by_hour if hour < _hour(alert.started_at)]
    hours = (_hour(alert.started_at) - min(before)) / _HOUR if before else 1.0
    usual = sum(len(by_hour[hour]) for hour in before) / hours
    return [
        {
            "at": at.isoformat(),
            "observed": len(by_hour.get(at, ())),
            "expected": usual,
            "low": max(0.0, usual - 2 * sqrt(usual)),
            "high": usual + 2 * sqrt(usual),
        }
        for at in (first + number * _HOUR for number in range(int((last - first) / _HOUR) + 1))
    ]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _action(uid: str, at: datetime, reporter: str, account: int, text: str | None) -> records.Action:
    of = str(account)
    return records.Action(
        id=uid, at=at, actor=reporter, object=of, target=of, kind="report", text=text or None, hostile=True
    )


def _reference(account: Account) -> str:
    return f"{account.service}:#{account.platform_id}" if account.platform_id else str(account.reference)


def _known_groups(moment: datetime) -> list[records.Group]:
    """The groups that count now, so that those that they became keep their ids."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    rows = ReporterCommunity.objects.filter(community__startswith=_COMMUNITY, until__gt=moment).order_by("pk")
    for community, reporter in rows.values_list("community", "reporter"):
        members[community.removeprefix(_COMMUNITY)].append(reporter)
    return [records.Group(id=name, members=sorted(who), weight=0.0, q=0.0) for name, who in sorted(members.items())]


def _looked(kind: Kind, upto: datetime, began: datetime, *, looked_at: int, alerts: int) -> None:
    values = {"began_at": began, "ended_at": now(), "looked_at": looked_at, "alerts": alerts}
    RadarRun.objects.update_or_create(kind=kind, upto=upto, defaults=values)
