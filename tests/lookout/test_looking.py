"""Looks at what is there: counters in a folder for sudden fame, stored reports for pile-ons; killed, they go on."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow
import pyarrow.parquet
import pytest

from rempart.intake.models import Account, Testimony
from rempart.intake.services import pseudonym
from rempart.lookout.models import FameAlert, PileOn, RadarRun
from rempart.lookout.services import change_settings, looking
from rempart.lookout.services.looking import look_at_fame, look_at_reports

# Ibis asks DuckDB by a name that DuckDB no longer likes.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")]
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def counters(tmp_path, settings):
    """Counters of two hundred accounts, a file a day: `counters(5)` adds five; account 7 becomes known on day 9."""
    folder = tmp_path / "counters"
    folder.mkdir()
    settings.REMPART_COUNTERS = str(folder)
    settings.REMPART_RADAR_STATE = str(tmp_path / "state")
    settings.REMPART_ACCOUNTS = str(tmp_path / "accounts.jsonl")
    row = {"id": "7", "service": "tiktok", "handle": "lou.plays", "age_band": "13_15", "country": "FR"}
    (tmp_path / "accounts.jsonl").write_text(json.dumps(row))
    days = iter(range(1000))

    def add(number: int) -> None:
        for day in (next(days) for _ in range(number)):
            levels = [1000 + one + day * (10 + one % 9) + (one * day) % 7 for one in range(200)]
            levels[7] += sum(600 * 2 ** min(since, 5) for since in range(max(0, day - 8)))
            rows = {
                "account_id": [str(one) for one in range(200)],
                "at": [BEGIN + day * DAY] * 200,
                "followers": levels,
            }
            pyarrow.parquet.write_table(pyarrow.table(rows), folder / f"day-{day:03}.parquet")

    return add


def test_without_a_folder_nothing_is_looked_at(settings):
    settings.REMPART_COUNTERS = ""
    assert look_at_fame() is None
    assert not RadarRun.objects.exists()


def test_a_star_is_seen_when_the_counters_come_with_what_the_table_says_of_her(counters):
    counters(9)
    look_at_fame()
    assert not FameAlert.objects.filter(number="7").exists()
    counters(4)
    look_at_fame()
    support = FameAlert.objects.get(number="7", tier="support")
    assert (support.reference, support.age_band, support.country) == ("tiktok:lou.plays", "13_15", "FR")
    assert support.alert_at > BEGIN + 8 * DAY
    assert len(support.series) > 8
    assert support.series[-1]["observed"] > support.series[-1]["high"] > support.series[0]["observed"]
    run = RadarRun.objects.first()
    assert (run.upto, run.looked_at) == (BEGIN + 12 * DAY, 200)


def test_a_look_that_was_killed_before_it_stored_what_it_saw_sees_it_again(counters, monkeypatch):
    counters(11)
    with monkeypatch.context() as killed:
        killed.setattr(looking, "_looked", lambda *_given, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            look_at_fame()
    # The radar's own state stands after the last day, and nothing of it is in the database.
    FameAlert.objects.all().delete()
    look_at_fame()
    assert FameAlert.objects.filter(number="7").exists()
    assert look_at_fame() is None


# -- reports


@pytest.fixture
def report(db, clock):
    """Somebody reports an account: `report("leo.vrtx", "one", at)`."""
    made = iter(range(10_000))

    def add(handle: str, reporter: str, at: datetime, text: str = "") -> Testimony:
        account, _created = Account.objects.get_or_create(
            service="tiktok", handle=handle, defaults={"first_seen_at": at}
        )
        return Testimony.objects.create(
            uid=f"report:tiktok:{next(made)}",
            account=account,
            received_at=at,
            channel="user_report",
            stance="testimony",
            conduct=["harassment"],
            conduct_services=[],
            met_on=[],
            text=text or f"texte {next(made)}",
            reporter=pseudonym(f"tiktok:{reporter}"),
            reporter_facts={},
            evidence=[],
        )

    return add


@pytest.fixture
def brigade(report, clock):
    """Reports of three weeks, then a brigade of twelve that strikes five accounts within seconds each time."""
    clock.set(BEGIN + 21 * DAY)
    for number in range(120):
        report(f"quiet{number % 20}", f"somebody{number}", BEGIN + number * timedelta(hours=4))
    struck = clock.now() - timedelta(hours=5)
    for target in range(5):
        for member in range(12):
            moment = struck + target * 40 * MINUTE + timedelta(seconds=3 * member)
            report(f"star{target}", f"member{member}", moment)


def test_a_brigade_is_seen_and_its_members_kept_as_acting_together(brigade):
    from rempart.intake.models import ReporterCommunity

    done = look_at_reports()
    assert done is not None
    assert done.new == 5
    assert {str(one.account) for one in PileOn.objects.all()} == {f"tiktok:star{number}" for number in range(5)}
    members = {pseudonym(f"tiktok:member{number}") for number in range(12)}
    assert set(ReporterCommunity.objects.values_list("reporter", flat=True)) == members
    series = PileOn.objects.first().series
    assert max(point["observed"] for point in series) == 12
    assert all(point["low"] <= point["expected"] <= point["high"] for point in series)


def test_nothing_new_is_not_looked_at_again(brigade):
    look_at_reports()
    assert look_at_reports() is None


def test_a_group_keeps_its_name_from_look_to_look(brigade, report, clock):
    from rempart.intake.models import ReporterCommunity

    look_at_reports()
    before = set(ReporterCommunity.objects.values_list("community", flat=True))
    clock.move(timedelta(hours=3))
    for member in range(12):
        report("star9", f"member{member}", clock.now() - timedelta(seconds=100 - 3 * member))
    look_at_reports()
    assert set(ReporterCommunity.objects.values_list("community", flat=True)) == before


def test_what_a_brigade_says_counts_for_fewer_independent_sources(brigade):
    from rempart.corroboration import assess_with_ties
    from rempart.intake.selectors import records_around

    account = Account.objects.get(handle="star0")

    def sources() -> float:
        found = assess_with_ties(records_around([account]))
        return next(one.independent_sources for one, _ties in found if one.about.handle == "star0")

    alone = sources()
    look_at_reports()
    assert sources() < alone


def test_the_level_of_a_kind_grows_with_the_kinds_that_found_something(fame):
    from rempart.ledger.clock import now
    from rempart.lookout.levels import false_discoveries
    from rempart.lookout.models import Kind
    from rempart.lookout.services import receive_fame_alerts

    change_settings(acting=None, false_alarms=0.3)
    assert false_discoveries(Kind.PILE_ON, now()) == pytest.approx(0.1)
    receive_fame_alerts([fame("1")])
    assert false_discoveries(Kind.PILE_ON, now()) == pytest.approx(0.2)
    assert false_discoveries(Kind.FAME, now()) == pytest.approx(0.1)
