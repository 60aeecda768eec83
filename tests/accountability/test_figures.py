"""The figures are those that a separate, naive script finds in the same record; protected, they keep their promises."""

import random
import statistics
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from accountability.naive_figures import Naive
from accountability.report.filled import YEAR, fill
from privacy.test_suppression import as_equations, attack
from rempart.accountability.figures.counting import figures_of, percentile
from rempart.accountability.figures.model import Figures, Window
from rempart.accountability.figures.protecting import numbers_of, protected, sums_of
from rempart.accountability.figures.restraints import Interval, joined
from rempart.intake.models import Account, HourlyCount, Post, Testimony, Wave, WavePost
from rempart.ledger import clock as rempart_clock
from rempart.ledger.clock import now
from rempart.privacy.suppression import Published, is_small

TAG = "avague"
WINDOWS = {
    "a month": Window(None, datetime(YEAR, 5, 1, tzinfo=UTC), datetime(YEAR, 6, 1, tzinfo=UTC)),
    "the year": Window(None, datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)),
    "a hashtag": Window(TAG, datetime(YEAR, 3, 1, tzinfo=UTC), datetime(YEAR, 9, 1, tzinfo=UTC)),
    "not over yet": Window(TAG, datetime(YEAR, 3, 1, tzinfo=UTC), datetime(YEAR + 3, 1, 1, tzinfo=UTC)),
    "a hashtag never heard": Window("unheard", datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)),
    "ten years": Window(None, datetime(YEAR - 5, 1, 1, tzinfo=UTC), datetime(YEAR + 5, 1, 1, tzinfo=UTC)),
}


def a_wave(chance):
    """Put half of the public testimonies under a hashtag, with posts that say nothing of anybody beside them."""
    wave = Wave.objects.create(hashtag=TAG, opened_at=now())
    public = [one for one in Testimony.everything.filter(channel="public_post") if chance.random() < 0.5]
    posts = Post.objects.bulk_create(a_post(f"p{one.pk}", one.received_at, one.stance) for one in public)
    for one, post in zip(public, posts, strict=True):
        one.post = post
    Testimony.everything.bulk_update(public, ["post"])
    others = Post.objects.bulk_create(
        a_post(f"o{place}", datetime(YEAR, 4, 1, tzinfo=UTC) + timedelta(hours=5 * place), "support")
        for place in range(200)
    )
    WavePost.objects.bulk_create(WavePost(wave=wave, post=post) for post in [*posts, *others])
    start = datetime(YEAR, 4, 1, tzinfo=UTC)
    HourlyCount.objects.bulk_create(
        HourlyCount(wave=wave, source="x", hour=start + timedelta(hours=place), posts=9, testimonies=4)
        for place in range(48)
    )
    return wave


def a_post(number, at, stance):
    return Post(
        service="bluesky",
        post_id=number,
        source="example",
        author="somebody",
        created_at=at,
        text="",
        stance=stance,
        stance_probability=1.0,
        read={},
        stored_at=at,
    )


def varied(chance):
    """What the filler does not make: testimonies that do not count, accounts elsewhere, cases assessed otherwise."""
    from rempart.casework.models import AssessmentRecord

    rows = list(Testimony.everything.all())
    for one in rows:
        draw, later = chance.random(), one.received_at + timedelta(days=20)
        one.withdrawn_at = later if draw < 0.05 else None
        one.set_aside_at = later if 0.05 <= draw < 0.1 else None
        one.unfounded_at = later if 0.1 <= draw < 0.15 else None
    Testimony.everything.bulk_update(rows, ["withdrawn_at", "set_aside_at", "unfounded_at"], batch_size=500)
    records = list(AssessmentRecord.objects.all())
    for one in records:
        one.coordination, one.independent_sources = chance.choice((0.0, 0.6)), chance.choice((1.0, 3.0))
        one.severity, one.credibility = chance.choice((1, 3)), chance.choice((0.2, 0.9))
    columns = ["coordination", "independent_sources", "severity", "credibility"]
    AssessmentRecord.objects.bulk_update(records, columns, batch_size=500)
    moment = datetime(YEAR, 4, 2, tzinfo=UTC)
    for place in range(30):
        service = "snapchat" if place % 3 else "tiktok"
        account = Account.objects.create(service=service, handle=f"elsewhere.{place}", first_seen_at=moment)
        post = Testimony.everything.filter(post__isnull=False)[place].post
        Testimony.everything.create(
            uid=f"e{place}", account=account, post=post, received_at=moment, channel="public_post", stance="testimony",
            conduct=[], conduct_services=[], met_on=[], reporter=f"e{place}", reporter_facts={}, evidence=[],
        )  # fmt: skip


@pytest.fixture(scope="module")
def found(django_db_setup, django_db_blocker):
    """The figures of several windows over one record, and what the naive script makes of the same."""
    from django.db import transaction

    chance = random.Random(11)
    with django_db_blocker.unblock(), transaction.atomic():
        rempart_clock.set_offset(datetime(YEAR + 1, 2, 1, tzinfo=UTC) - datetime.now(UTC))
        try:
            fill(400)
            a_wave(chance)
            varied(chance)
            both = {name: (figures_of(window), Naive(window, now())) for name, window in WINDOWS.items()}
        finally:
            rempart_clock.set_offset(timedelta(0))
            transaction.set_rollback(True)
    return both


@pytest.fixture(params=list(WINDOWS))
def pair(request, found):
    """The figures of one window and the naive ones."""
    return found[request.param]


def told(counts):
    return {name: count for name, count in counts.items() if count}


def test_what_came_in_is_what_a_naive_script_counts(pair):
    figures, naive = pair
    received = figures.received
    assert received.total == len(naive.testimonies)
    assert told(received.by_channel) == naive.by_channel
    assert told(received.by_stance) == naive.by_stance
    assert told(received.by_complainant) == naive.by_complainant
    assert told(received.by_use) == naive.by_use
    assert told(received.posts_by_stance) == naive.by_post
    assert received.counted_posts == sum(hour.posts for hour in naive.counted)
    assert received.counted_testimonies == sum(hour.testimonies for hour in naive.counted)
    assert received.first_at == min((one.received_at for one in naive.testimonies), default=None)
    assert received.last_at == max((one.received_at for one in naive.testimonies), default=None)


def test_days_and_months_are_those_of_the_site(pair):
    figures, naive = pair
    received, months = figures.received, {}
    for day, count in naive.by_day.items():
        monday = day - timedelta(days=day.weekday())
        key = {"day": day, "week": monday, "month": day.replace(day=1)}[received.step]
        months[key] = months.get(key, 0) + count
    assert told(received.over_time) == months


def test_every_account_stands_where_a_naive_script_puts_it(pair):
    figures, naive = pair
    assert figures.accounts.concerned == len(naive.concerned)
    assert told(figures.accounts.by_standing) == naive.standing
    assert figures.accounts.acted == naive.standing["restrained"] + naive.standing["restrained_before"]


def test_measures_are_what_a_naive_script_counts(pair):
    figures, naive = pair
    measures = figures.measures
    assert measures.restrained == len(naive.restrained)
    assert measures.at_end == len(naive.at_end)
    assert measures.newly == len(naive.newly)
    assert told(measures.by_approval) == naive.by_approval
    assert (measures.renewed, measures.confirmed) == (naive.renewed, naive.confirmed)
    assert (measures.declined, measures.waiting) == (naive.declined, naive.waiting)
    for said, expected in ((measures.taken, naive.taken), (measures.in_force, naive.standing_measures)):
        for kind, modes in said.items():
            for mode, count in modes.items():
                assert count == sum((name, of) == (kind, mode) for _case, name, of in expected)


def test_times_are_what_a_naive_script_measures(pair):
    figures, naive = pair
    assert figures.speed.accounts == len(naive.hours_to_first)
    if naive.hours_to_first:
        assert figures.speed.median_hours == pytest.approx(statistics.median(naive.hours_to_first))
    under_a_day = sum(figures.speed.by_time[name] for name in ("under_6h", "under_24h"))
    assert under_a_day == sum(hours < 24 for hours in naive.hours_to_first)


def test_what_ended_and_why_is_what_a_naive_script_finds(pair):
    figures, naive = pair
    assert told(figures.lifted.by_reason) == naive.ended
    assert figures.lifted.eased == len(naive.eased)


def test_appeals_outcomes_statements_and_orders_are_what_a_naive_script_counts(pair):
    figures, naive = pair
    appeals = figures.appeals
    assert told(appeals.by_state) == naive.filed
    assert told(appeals.by_author) == naive.authors
    assert (appeals.upheld, appeals.rejected) == (naive.answered["upheld"], naive.answered["rejected"])
    assert told(figures.outcomes) == naive.outcomes
    assert (figures.statements, figures.cases) == (naive.statements, naive.opened)
    states = {(action, state): n for action, of in figures.carried.by_action.items() for state, n in of.items() if n}
    assert states == naive.orders


def test_the_windows_are_not_empty(found):
    for name in ("a month", "the year", "a hashtag"):
        figures = found[name][0]
        assert figures.received.total > 20
        assert figures.measures.restrained > 5


def test_a_hashtag_never_heard_says_so(found):
    figures = found["a hashtag never heard"][0]
    assert (figures.heard, figures.received.total, figures.measures.restrained) == (False, 0, 0)


@pytest.mark.parametrize(("name", "step"), [("a month", "day"), ("the year", "week"), ("ten years", "month")])
def test_the_longer_a_window_the_coarser_it_is_told(found, name, step):
    assert found[name][0].received.step == step


def test_every_sum_holds(pair):
    counts = numbers_of(pair[0])
    sums, unsaid = sums_of(counts)
    known = counts | unsaid
    for one in sums:
        for way in one.ways:
            assert known[one.whole] == sum(known[name] for name in way)


def test_nothing_small_is_given_out(pair):
    assert not [count for count in numbers_of(protected(pair[0])).values() if count is not None and is_small(count)]


def test_what_is_given_out_is_true(pair):
    exact = numbers_of(pair[0])
    assert {
        name: count for name, count in numbers_of(protected(pair[0])).items() if count is not None
    }.items() <= exact.items()


@pytest.mark.parametrize("part", ["appeals", "speed", "outcomes"])
def test_an_attacker_learns_of_no_small_count_in_figures(found, part):
    figures = found["a month"][0]
    counts, said = numbers_of(figures), numbers_of(protected(figures))
    sums, unsaid = sums_of(counts)
    linked, names = [one for one in sums if one.whole.startswith(part)], set()
    while True:
        names = {name for one in linked for name in (one.whole, *(name for way in one.ways for name in way))}
        more = [one for one in sums if one not in linked and names & {one.whole, *sum(one.ways, ())}]
        if not more:
            break
        linked += more
    true = {name: count for name, count in (counts | unsaid).items() if name in names}
    zeros = [name for name in unsaid if unsaid[name] == 0]
    assert attack(as_equations(linked), true, said, known_zero=zeros) == []


def test_what_was_given_out_before_is_compared(found):
    figures = found["a month"][0]
    before = Published("received.total", figures.window.start, figures.as_of, figures.received.total - 2)
    assert protected(figures, earlier=[before]).received.total is None


def test_few_measured_times_give_no_median(found):
    figures = found["a month"][0]
    by_time = dict.fromkeys(figures.speed.by_time, 0) | {"longer": 4}
    few = msgspec.structs.replace(figures.speed, accounts=4, by_time=by_time)
    measures = msgspec.structs.replace(figures.measures, newly=4)
    assert protected(msgspec.structs.replace(figures, speed=few, measures=measures)).speed.median_hours is None


def test_figures_survive_json(found):
    figures = protected(found["a hashtag"][0])
    assert msgspec.json.decode(msgspec.json.encode(figures), type=Figures, strict=False) == figures


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.5), (0.9, 3.7), (0.0, 1.0), (1.0, 4.0)])
def test_percentiles_are_interpolated(share, expected):
    assert percentile([1.0, 2.0, 3.0, 4.0], share) == pytest.approx(expected)


@pytest.mark.parametrize("ends", [timedelta(0), timedelta(days=-1)])
def test_a_window_ends_after_it_starts(ends):
    moment = now()
    with pytest.raises(ValueError, match="ends after"):
        Window(None, moment, moment + ends)


def interval(begins, ends, how="end", case=1, decision=1):
    day = datetime(YEAR, 1, 1, tzinfo=UTC)
    ends = None if ends is None else day + timedelta(days=ends)
    return Interval(case, decision, day + timedelta(days=begins), ends, how)


@pytest.mark.parametrize(
    ("intervals", "number"),
    [
        ([interval(0, 14), interval(14, 28)], 1),
        ([interval(0, 14), interval(3, 5)], 1),
        ([interval(0, None), interval(3, 5)], 1),
        ([interval(0, 14), interval(15, 28)], 2),
        ([interval(0, 14), interval(0, 14, case=2)], 2),
    ],
    ids=["renewed", "one within another", "without an end", "after a gap", "of two cases"],
)
def test_what_goes_on_without_a_break_is_one_restraint(intervals, number):
    assert len(joined(intervals)) == number


def test_a_restraint_ended_as_its_last_interval_did():
    [one] = joined([interval(0, 14, "replaced"), interval(14, 20, "lifted", decision=2)])
    assert (one.how, one.decision) == ("lifted", 2)


def test_invented_posts_count_only_where_there_are_no_others(db):
    for invented in (True, False):
        wave = Wave.objects.create(hashtag=TAG, invented=invented, opened_at=now())
        post = a_post(f"w{invented}", now() - timedelta(hours=1), "support")
        post.save()
        WavePost.objects.create(wave=wave, post=post)
    figures = figures_of(Window(TAG, now() - timedelta(days=1), now()))
    assert (figures.invented, figures.received.posts) == (False, 1)
