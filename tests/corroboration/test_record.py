"""The fields of an assessment."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from rempart.corroboration import assess, shipped_parameters, timeline
from rempart.records import Evidence, Reporter


def only(testimonies, **given):
    (assessment,) = assess(testimonies, **given)
    return assessment


def test_what_was_received_is_counted(world):
    wave = [
        *world.victims(3, channel="form", complainant_minor=True),
        *world.victims(2, stance="relay", complainant_minor=True),
        *world.victims(4, stance="dispute"),
    ]
    leo = only(wave)
    assert (leo.testimonies, leo.relays, leo.disputes, leo.complainant_minors) == (3, 2, 4, 5)
    assert leo.by_channel == {"form": 3, "public_post": 2}


def test_conducts_and_services_come_in_the_order_of_the_contract(world):
    leo = only(
        [
            world.testimony(conduct=["harassment"], conduct_services=["snapchat"], met_on=["yubo"]),
            world.testimony(conduct=["nude_request", "grooming"], conduct_services=["tiktok"], met_on=["tiktok"]),
        ]
    )
    assert leo.conduct == ["nude_request", "grooming", "harassment"]
    assert leo.conduct_services == ["tiktok", "snapchat"]
    assert leo.met_on == ["tiktok", "yubo"]


def test_the_conduct_that_a_denial_names_is_not_counted(world):
    leo = only([world.testimony(conduct=["harassment"]), world.testimony(stance="dispute", conduct=["sexual_assault"])])
    assert leo.severity == 1


def test_a_minor_makes_it_more_severe(world):
    assert only([world.testimony(conduct=["grooming"], complainant_minor=True)]).severity == 4


def test_evidence_is_counted_by_what_came_of_it(world):
    pieces = [Evidence(kind="screenshot", verified=verified) for verified in (True, False, None, True)]
    leo = only([world.testimony(evidence=pieces)])
    assert (leo.verified_evidence, leo.refuted_evidence) == (2, 1)


def test_each_service_has_numbers_of_its_own(world):
    leo = only(
        [
            *world.victims(3, conduct_services=["snapchat"], conduct=["grooming"]),
            *world.victims(2, conduct_services=["snapchat", "tiktok"]),
            world.testimony(),
        ]
    )
    assert {name: view.testimonies for name, view in leo.by_service.items()} == {
        "tiktok": 2,
        "snapchat": 5,
        "unknown": 1,
    }
    assert leo.by_service["tiktok"].severity == 2
    sources = {name: view.independent_sources for name, view in leo.by_service.items()}
    assert sources["unknown"] < sources["tiktok"] < sources["snapchat"] < leo.independent_sources
    assert len({view.credibility for view in leo.by_service.values()}) == 3


def test_an_account_of_one_service_alone_has_the_same_numbers_there(world):
    leo = only(world.victims(6, conduct_services=["snapchat"]))
    snapchat = leo.by_service["snapchat"]
    assert (snapchat.credibility, snapchat.independent_sources) == (leo.credibility, leo.independent_sources)


def test_as_of_is_the_newest_testimony_by_default(world):
    wave = world.victims(3)
    assert only(wave).as_of == wave[-1].received_at


def test_what_is_later_than_as_of_is_ignored(world):
    wave = world.victims(3)
    leo = only(wave, as_of=wave[1].received_at)
    assert (leo.testimonies, leo.as_of) == (2, wave[1].received_at)


def test_nothing_received_makes_no_assessment():
    assert assess([]) == []


def test_times_are_given_in_utc(world):
    paris = datetime(2026, 3, 4, 18, 0, tzinfo=timezone(timedelta(hours=1)))
    leo = only([world.testimony(received_at=paris)])
    assert (leo.as_of.utcoffset(), leo.first_at) == (timedelta(0), datetime(2026, 3, 4, 17, 0, tzinfo=UTC))


def test_first_at_is_that_of_the_first_who_accuses(world):
    wave = [world.testimony(stance="dispute"), world.testimony(), world.testimony()]
    assert only(wave).first_at == wave[1].received_at


def test_the_same_testimony_twice_counts_once(world):
    one = world.testimony()
    assert only([one, one]).testimonies == 1


def test_simultaneous_testimonies_make_one_row(world):
    together = [world.testimony(minutes=5) for _ in range(4)]
    assert [row.testimonies for row in timeline(together)] == [4]


def reasons(testimonies):
    return {factor.factor: factor for factor in only(testimonies).because}


def test_reasons_name_the_testimonies_that_they_rest_on(world):
    first, second = world.victims(2)
    form, relay = world.testimony(channel="form"), world.testimony(stance="relay")
    shown = world.testimony(evidence=[Evidence(kind="export", verified=True)])
    known = world.testimony(reporter=Reporter(id="known", upheld=2))
    denial = world.testimony(stance="dispute")
    told = {
        name: factor.testimonies for name, factor in reasons([first, second, form, relay, shown, known, denial]).items()
    }
    accusing = [first.id, second.id, form.id, shown.id, known.id]
    assert told["form"] == [form.id]
    assert told["verified_evidence"] == [shown.id]
    assert told["records"] == [known.id]
    assert told["voices"] == told["words"] == accusing
    assert told["prior"] == told["already_accused"] == told["bound"] == []


def test_a_denial_is_a_reason_of_its_own_and_none_to_believe(world):
    denials = world.victims(30, stance="dispute")
    told = reasons([*world.victims(3), *denials])["disputes"]
    assert told.testimonies == [one.id for one in denials]
    assert told.weight < 0


def test_refuted_evidence_is_a_reason_against(world):
    refuted = world.testimony(evidence=[Evidence(kind="screenshot", verified=False)])
    told = reasons([*world.victims(2), refuted])["refuted_evidence"]
    assert (told.testimonies, told.weight < 0) == ([refuted.id], True)


def test_repetition_is_told_apart_and_names_those_who_accuse(world):
    wave = [*world.copies(12), *world.victims(2)]
    assert set(reasons(wave)["repetition"].testimonies) == {one.id for one in wave}


def test_where_nobody_repeats_anybody_there_is_no_more_to_take_away_than_doubt(world):
    told = reasons(world.victims(1))
    assert abs(told["repetition"].weight if "repetition" in told else 0.0) < abs(told["voices"].weight)


def test_no_more_testimonies_are_named_than_the_parameters_say(world):
    few = msgspec.structs.replace(shipped_parameters(), because_at_most=3)
    wave = world.victims(9)
    (leo,) = assess(wave, parameters=few)
    assert {len(factor.testimonies) for factor in leo.because} == {0, 3}
    assert all(set(factor.testimonies) <= {one.id for one in wave[:3]} for factor in leo.because)


@pytest.mark.parametrize("prior", [0, 1, -0.5, float("nan")])
def test_a_prior_must_be_a_probability(world, prior):
    with pytest.raises(ValueError, match="prior"):
        assess(world.victims(1), prior=prior)


def test_an_as_of_must_have_a_zone(world):
    with pytest.raises(ValueError, match="zone"):
        assess(world.victims(1), as_of=datetime(2026, 3, 4))
