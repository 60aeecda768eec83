"""Error rates: intervals that are right, counts that add up, small ones withheld, settled quarters that do not move."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy.stats import norm

from rempart.age import rates
from rempart.age.models import Attempt, Challenge, ChallengeAppeal, ClosedYoung, ProofCount
from rempart.age.rates import last_quarter, report, wilson
from rempart.age.services import forgetting
from rempart.intake.models import Wave
from rempart.ledger.clock import now

START, END = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
AS_OF = END + rates.SETTLES_IN
IN_TIME = START + timedelta(days=3)


@pytest.fixture
def asked(db):
    """So many questions with one outcome: `asked(7, "cleared", language="en")`."""

    def make(number: int, state: str, *, because="sweep", probability=0.9, sex="", **more) -> list[Challenge]:
        made = []
        for _one in range(number):
            handle = f"a{Challenge.objects.count()}"
            if sex:
                Attempt.objects.create(
                    service="tiktok", number=handle, asked=[13], return_to="https://x", made_at=IN_TIME, sex=sex,
                    expires_at=AS_OF, answered_at=IN_TIME, way="on", handle=handle, bound_at=IN_TIME,
                )  # fmt: skip
            fields = {
                "country": "FR", "over": 13, "step": "prove", "opened_at": IN_TIME, "due_at": IN_TIME + timedelta(14),
                "ends_at": IN_TIME + timedelta(21), "state_at": IN_TIME + timedelta(10), "keeps_until": AS_OF,
            }  # fmt: skip
            made.append(
                Challenge.objects.create(
                    service="tiktok",
                    handle=handle,
                    because=because,
                    probability=probability,
                    state=state,
                    **(fields | more),
                )
            )
        return made

    return make


@pytest.fixture
def signed_up(db):
    """So many sign-ups that were turned away and let in; the accounts of some of these were closed as too young."""

    def make(*, turned_away: int, let_in: int, closed: int) -> None:
        ways = [(f"no{one}", {"way": "not_yet"}) for one in range(turned_away)]
        ways += [(f"on{one}", {"way": "on", "handle": f"on{one}", "bound_at": IN_TIME}) for one in range(let_in)]
        for number, way in ways:
            Attempt.objects.create(
                service="tiktok", number=number, asked=[13], return_to="https://x", made_at=IN_TIME,
                expires_at=AS_OF, answered_at=IN_TIME, **way,
            )  # fmt: skip
        for one in range(closed):
            ClosedYoung.objects.create(service="tiktok", handle=f"on{one}", closed_at=IN_TIME)

    return make


def found(**more) -> rates.Report:
    return report(START, END, as_of=AS_OF, **more)


def rate(name: str, part: str = "all", **more) -> rates.Rate:
    [one] = [one for one in found(**more).rates if (one.id, one.part) == (name, part)]
    return one


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 29, 0.0061, 0.1718)],
    ids=["none", "all", "half", "one of many"],
)
def test_wilson_s_interval_is_the_published_one(hits, of, low, high):
    interval = wilson(hits, of)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))


@examples(max_examples=50, deadline=None)
@given(data=st.data(), of=st.integers(1, 10_000))
def test_the_ends_of_wilson_s_interval_solve_its_equation(data, of):
    hits = data.draw(st.integers(0, of))
    interval = wilson(hits, of)
    for end in (interval.low, interval.high):
        distance = (interval.share - end) ** 2
        assert distance == pytest.approx(norm.ppf(0.975) ** 2 * end * (1 - end) / of, abs=1e-9)
    assert 0 <= interval.low <= interval.share <= interval.high <= 1


def test_what_is_no_share_is_refused():
    for hits, of in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="of"):
            wilson(hits, of)


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ((2026, 11, 23), (2026, 7, 1)),
        ((2026, 10, 31), (2026, 4, 1)),
        ((2026, 11, 1), (2026, 7, 1)),
        ((2026, 1, 15), (2025, 7, 1)),
    ],
    ids=["settled", "a day early", "on the day", "over the year"],
)
def test_a_quarter_is_told_once_it_is_settled(day, start):
    assert last_quarter(datetime(*day, 12, tzinfo=UTC))[0] == datetime(*start, tzinfo=UTC)


def test_of_the_known_those_who_were_old_enough_were_asked_wrongly(asked):
    asked(6, "cleared")
    asked(5, "proved")
    asked(22, "erased")
    asked(9, "lapsed")
    one = rate("asked_wrongly")
    assert (one.hits, one.of) == (11, 33)


def test_rates_are_told_by_language_sex_and_cause(asked):
    asked(7, "cleared", language="fr", sex="f", because="report")
    asked(9, "erased", language="fr", sex="m", because="report")
    asked(8, "proved", language="en")
    assert (rate("asked_wrongly", "language:fr").hits, rate("asked_wrongly", "language:en").hits) == (7, 8)
    assert (rate("asked_wrongly", "sex:m").hits, rate("asked_wrongly", "sex:unknown").of) == (0, 8)
    assert rate("asked_wrongly", "because:report").of == 16


def test_small_counts_are_withheld_with_what_would_give_them_away(asked):
    asked(2, "cleared", language="fr")
    asked(20, "erased", language="fr")
    asked(9, "cleared", language="en")
    asked(11, "erased", language="en")
    whole, french, english = (rate("asked_wrongly", part) for part in ("all", "language:fr", "language:en"))
    assert french.hits is None
    assert french.interval is None
    assert None in (whole.hits, english.hits)
    assert rate("asked_wrongly", "language:fr", exact=True).hits == 2


def test_where_one_way_withholds_a_whole_every_way_does(asked):
    asked(3, "cleared", language="fr", because="report")
    asked(20, "erased", language="fr")
    told = [one for one in found().rates if one.id == "asked_wrongly"]
    assert all(one.interval is None for one in told if one.hits is None)
    assert rate("asked_wrongly").hits is None


def test_what_comes_after_the_day_of_the_report_changes_nothing(asked):
    asked(6, "cleared")
    before = found()
    asked(7, "cleared", state_at=AS_OF + timedelta(days=1))
    assert [one.hits for one in found().rates if one.id == "asked_wrongly"] == [
        one.hits for one in before.rates if one.id == "asked_wrongly"
    ]


def test_the_sweep_s_probabilities_stand_beside_what_came_of_them(asked):
    asked(9, "erased", probability=0.85)
    asked(6, "cleared", probability=0.85)
    asked(12, "erased", probability=0.99)
    assert (rate("flagged_rightly", "from:0.8").hits, rate("flagged_rightly", "from:0.8").of) == (9, 15)
    assert rate("flagged_rightly", "from:0.97").interval.share == 1.0


def test_the_gate_s_false_positives_are_those_later_closed(signed_up):
    signed_up(turned_away=10, let_in=8, closed=5)
    one = rate("let_in_wrongly")
    assert (one.hits, one.of) == (5, 15)
    assert found().counts["gate"] == {"asked": 18, "on": 8, "guardian": 0, "not_yet": 10, "not_answered": 0}


def test_what_is_erased_in_time_is_told_afterwards_all_the_same(signed_up):
    signed_up(turned_away=10, let_in=8, closed=5)
    before = found()
    forgetting.erase_attempts(AS_OF)
    assert not Attempt.objects.exists()
    after = found()
    assert (after.counts["gate"], after.rates) == (before.counts["gate"], before.rates)


def test_appeals_overturned_and_the_time_to_restore(asked, decider):
    for place, one in enumerate(asked(12, "cleared")):
        made = IN_TIME + timedelta(days=4)
        outcome = "overturned" if place < 6 else "upheld"
        ChallengeAppeal.objects.create(
            challenge=one, made_at=made, due_at=made + timedelta(7), outcome=outcome, reason="seen",
            decided_by=decider, decided_at=made + timedelta(1),
            restored_at=made + timedelta(hours=24 + place) if place < 6 else None,
        )  # fmt: skip
    assert (rate("appeals_overturned").hits, rate("appeals_overturned").of) == (6, 12)
    assert found().restored.number == 6
    assert found().restored.median == pytest.approx(26.5)


def test_what_the_rate_of_appeals_tells_gives_no_small_count_of_appeals_away(asked, decider):
    for place, one in enumerate(asked(14, "cleared")):
        made = IN_TIME + timedelta(days=4)
        decided = {"reason": "seen", "decided_by": decider, "decided_at": made + timedelta(1)} if place < 12 else {}
        overturned = {"restored_at": made + timedelta(2)} if place < 6 else {}
        outcome = {"outcome": "overturned" if place < 6 else "upheld"} if place < 12 else {}
        ChallengeAppeal.objects.create(
            challenge=one, made_at=made, due_at=made + timedelta(7), **decided, **overturned, **outcome
        )
    told, one = found(), rate("appeals_overturned")
    appeals = told.counts["appeals"]
    assert appeals["waiting"] is None
    assert None in (appeals["made"], one.of)  # their difference is who waits
    assert None in (appeals["made"], appeals["overturned"], appeals["upheld"])
    assert (one.hits is None) or told.restored.number == 6
    assert found(exact=True).counts["appeals"] == {
        "made": 14, "overturned": 6, "upheld": 6, "settled": 0, "waiting": 2,
    }  # fmt: skip


def test_refusals_by_reason_and_by_purpose_do_not_give_each_other_away(db):
    for purpose, reason, number in (("gate", "expired", 9), ("challenge", "not_over", 8), ("challenge", "revoked", 2)):
        ProofCount.objects.create(
            day=IN_TIME.date(), purpose=purpose, over=18, step="refused", reason=reason, number=number
        )
    told = found().counts["proofs"]
    assert told["refused:revoked"] is None
    others = [told["gate:refused"], told["challenge:refused"], told["refused:expired"], told["refused:not_over"]]
    assert None in others
    assert found(exact=True).counts["proofs"]["refused:revoked"] == 2


def test_the_gate_s_table_does_not_give_away_how_few_were_let_in(signed_up):
    signed_up(turned_away=10, let_in=2, closed=2)
    one = rate("let_in_wrongly")
    assert (one.hits, one.of) == (None, None)
    assert rate("let_in_wrongly", exact=True).hits == 2


def test_steps_narrow_and_those_who_left_in_between_are_protected(asked):
    for one in asked(9, "lapsed")[:7]:
        one.answered_at = IN_TIME
        one.save()
    told = found().counts["challenges"]
    assert told["asked"] is None or told["page_opened"] is None
    assert found(exact=True).counts["challenges"] == {"asked": 9, "page_opened": 7, "answered": 7}


def test_an_empty_quarter_is_told_as_such(db):
    assert all(one.of == 0 for one in found().rates)
    assert rates.as_data(found())["rates"][0]["share"] is None
    assert "asked_wrongly" in rates.as_table(found())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_anybody_reads_the_rates_and_the_team_the_last_days(language, client, decider, asked):
    page = unescape(Client(headers={"accept-language": language}).get("/age/rates/").content.decode())
    assert {"fr": "Interrogés à tort", "en": "Asked wrongly"}[language] in page
    assert Client().get("/age/desk/rates/").status_code == 302
    client.force_login(decider)
    asked(
        2,
        "cleared",
        opened_at=now() - timedelta(days=2),
        state_at=now() - timedelta(days=1),
        due_at=now(),
        ends_at=now(),
    )
    desk = unescape(client.get("/age/desk/rates/", headers={"accept-language": language}).content.decode())
    assert {"fr": "2 sur 2", "en": "2 of 2"}[language] in desk


@pytest.mark.parametrize("invented", [True, False], ids=["beside the example", "elsewhere"])
def test_the_page_says_when_its_figures_are_invented(db, invented):
    Wave.objects.create(hashtag="x", invented=invented, opened_at=now())
    page = Client(headers={"accept-language": "en"}).get("/age/rates/")
    assert ("These figures are invented." in page.content.decode()) is invented
