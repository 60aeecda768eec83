"""The fields of an assessment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rempart.corroboration import assess, timeline
from rempart.records import Evidence


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
    assert leo.by_service["unknown"].credibility < leo.by_service["snapchat"].credibility <= leo.credibility


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


def test_reasons_name_the_testimonies_that_they_rest_on(world):
    wave = [*world.victims(2), world.testimony(channel="sealed"), world.testimony(stance="relay")]
    named = {factor.factor: factor.testimonies for factor in only(wave).because}
    assert named["public_post"] == [wave[0].id, wave[1].id]
    assert (named["sealed"], named["relays"], named["prior"]) == ([wave[2].id], [wave[3].id], [])


def test_repetition_names_those_who_repeat(world):
    copies = world.copies(5)
    named = {factor.factor: factor.testimonies for factor in only(copies + world.victims(2)).because}
    assert set(named["repetition"]) == {copy.id for copy in copies}


@pytest.mark.parametrize("prior", [0, 1, -0.5, float("nan")])
def test_a_prior_must_be_a_probability(world, prior):
    with pytest.raises(ValueError, match="prior"):
        assess(world.victims(1), prior=prior)


def test_an_as_of_must_have_a_zone(world):
    with pytest.raises(ValueError, match="zone"):
        assess(world.victims(1), as_of=datetime(2026, 3, 4))
