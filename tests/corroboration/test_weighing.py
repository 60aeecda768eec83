"""What weighs more than what."""

import random
from datetime import UTC, datetime, timedelta
from math import log

import msgspec
import pytest

from rempart.corroboration import assess
from rempart.records import Evidence, Origin, Reporter

START = datetime(2026, 3, 4, tzinfo=UTC)
SYLLABLES = [first + last for first in "bdfglmnprstv" for last in ("an", "eur", "ique", "ot", "ude")]  # words of nobody


def only(testimonies, **given):
    (assessment,) = assess(testimonies, **given)
    return assessment


def credibility(testimonies, **given):
    return only(testimonies, **given).credibility


def log_odds(testimonies):
    believed = credibility(testimonies)
    return log(believed) - log(1 - believed)


def verified(kind):
    return [Evidence(kind=kind, verified=True)]


def test_three_independent_victims_weigh_more_than_eighty_who_act_together(world):
    assert credibility(world.victims(3)) > credibility(world.brigade(80))


def test_a_brigade_that_floods_an_account_hardly_hides_its_victims(world):
    victims = world.victims(3)
    assert log_odds(victims + world.brigade(80)) > log_odds(victims) - 0.1


def test_eighty_who_act_together_are_few_sources(world):
    assert only(world.brigade(80)).independent_sources < 3


def test_eighty_who_act_together_are_seen_as_a_campaign(world):
    assert only(world.brigade(80)).coordination > 0.9


def test_independent_victims_are_not_seen_as_a_campaign(world):
    assert only(world.victims(10)).coordination < 0.5


def test_victims_keep_their_number_beside_a_brigade(world):
    assert only(world.victims(5) + world.brigade(40)).independent_sources > 5


def test_one_verified_export_weighs_more_than_ten_screenshots(world):
    screenshots = world.victims(10, evidence=[Evidence(kind="screenshot")])
    assert credibility(world.victims(1, evidence=verified("export"))) > credibility(screenshots)


def test_one_verified_export_weighs_more_than_ten_verified_screenshots_of_one_person(world):
    one = world.testimony(evidence=10 * verified("screenshot"))
    assert credibility([world.testimony(evidence=verified("export"))]) > credibility([one])


def test_a_sealed_testimony_weighs_more_than_a_post_under_the_hashtag(world):
    assert credibility([world.testimony(channel="sealed")]) > credibility([world.testimony()])


def test_a_relay_weighs_less_than_a_first_hand_testimony(world):
    assert credibility([world.testimony(stance="relay")]) < credibility([world.testimony()])


def test_a_hundred_relays_weigh_less_than_two_victims(world):
    relays = world.victims(100, stance="relay")
    assert credibility(relays) < credibility(world.victims(2))


def test_fans_who_dispute_barely_lower_the_credibility(world):
    victims = world.victims(5)
    fans = world.victims(200, stance="dispute")
    assert log_odds(victims) - 0.2 < log_odds(victims + fans) < log_odds(victims)


def test_refuted_evidence_lowers_the_credibility(world):
    looked_at = world.testimony(evidence=[Evidence(kind="screenshot", verified=False)])
    unseen = world.testimony(evidence=[Evidence(kind="screenshot")])
    assert credibility([looked_at]) < credibility([unseen])


def test_a_first_time_anonymous_reporter_counts_about_as_much_as_one_with_an_old_account(world):
    old = Reporter(id="old", account_created_at=world.testimony().received_at - timedelta(days=2000), followers=500)
    known = credibility([world.testimony(reporter=old)])
    assert known == pytest.approx(credibility([world.testimony()]), abs=0.05)


def test_missing_origins_say_nothing(world):
    without = world.victims(4)
    with_null = [msgspec.structs.replace(t, origin=Origin()) for t in without]
    assert credibility(without) == pytest.approx(credibility(with_null))


def test_a_reporter_found_right_before_weighs_more(world):
    right, wrong = Reporter(id="right", upheld=4), Reporter(id="wrong", rejected=4)
    plain = credibility([world.testimony()])
    assert credibility([world.testimony(reporter=wrong)]) < plain < credibility([world.testimony(reporter=right)])


def test_several_testimonies_of_one_reporter_count_once(world):
    reporter = Reporter(id="one")
    repeated = [world.testimony(reporter=reporter, text=f"encore {n}") for n in range(12)]
    assert only(repeated).independent_sources == 1
    assert credibility(repeated) == pytest.approx(credibility([world.testimony()]), abs=0.02)


def test_somebody_who_also_denies_weighs_less(world):
    reporter = Reporter(id="one")
    retracted = [world.testimony(reporter=reporter), world.testimony(reporter=reporter, stance="dispute")]
    assert credibility(retracted) < credibility([world.testimony()])


def test_a_hundred_copies_of_one_text_move_the_credibility_no_more_than_a_few_people(world):
    victims = world.victims(3)
    assert log_odds(victims + world.copies(100)) == pytest.approx(log_odds(victims), abs=0.1)


def test_copies_of_a_victims_text_do_not_make_the_victims_less_credible_than_one_of_them(world):
    victims = world.victims(1)
    assert credibility(victims + world.copies(100, text=victims[0].text)) > 0.1


def test_fans_of_one_star_share_its_community_without_being_a_campaign(world):
    fans = [Reporter(id=f"fan{n}", communities=["fans-of-leo", f"other-{n}"]) for n in range(12)]
    victims = [world.testimony(text=t.text, reporter=fan) for t, fan in zip(world.victims(12), fans, strict=True)]
    deniers = [
        world.testimony(stance="dispute", reporter=Reporter(id=f"d{n}", communities=["fans-of-leo"])) for n in range(6)
    ]
    assert only(victims + deniers).coordination < 0.5


def test_victims_who_speak_within_minutes_from_new_accounts_are_not_a_campaign(world):
    victims = []
    for n, told in enumerate(world.victims(10)):
        at = told.received_at.replace(hour=18, minute=(7 * n * n) % 53)
        reporter = Reporter(id=f"new{n}", account_created_at=at - timedelta(hours=3))
        victims.append(world.testimony(text=told.text, received_at=at, reporter=reporter))
    assert only(victims).coordination < 0.6


def opened(testimonies, *ats):
    """The same testimonies from accounts opened then."""
    for number, testimony in enumerate(testimonies):
        testimony.reporter = Reporter(id=testimony.reporter.id, account_created_at=ats[number % len(ats)])
    return testimonies


def years_before(number, *, spread):
    """When unrelated people opened their accounts: anywhere in `spread` days that end a year before the wave."""
    chance = random.Random(number)
    return [START - timedelta(days=365 + chance.random() * spread) for _ in range(number)]


def test_old_accounts_opened_in_the_same_days_are_a_campaign(world):
    brigade = opened(world.victims(6), *years_before(6, spread=3))
    assert only(brigade).coordination > 0.7
    assert only(brigade).independent_sources < 2


def test_beside_a_crew_that_is_set_aside_people_are_compared_as_if_it_had_not_spoken(world):
    victims = [one for n in range(8) for one in world.victims(1, minutes=47 * n)]
    alone, beside = only(victims), only([*victims, *world.brigade(60)])
    assert beside.coordination > 0.9
    assert beside.credibility == pytest.approx(alone.credibility, abs=0.03)
    assert beside.independent_sources == pytest.approx(alone.independent_sources + 1, abs=0.5)


def test_old_accounts_opened_in_different_months_are_no_campaign(world):
    assert only(opened(world.victims(30), *years_before(30, spread=1500))).coordination < 0.55


def test_two_of_ten_old_accounts_opened_in_the_same_week_are_chance(world):
    victims = opened(world.victims(10), *years_before(10, spread=1500))
    opened(victims[:2], START - timedelta(days=400), START - timedelta(days=402))
    assert only(victims).independent_sources > 9.5


def test_weeks_in_which_everybody_opened_an_account_are_no_campaign(world):
    elsewhere = [t for n in range(40) for t in opened(world.victims(3, f"star{n}"), *years_before(3, spread=3))]
    here = opened(world.victims(6), *years_before(6, spread=3))
    leo = {a.about.handle: a for a in assess(elsewhere + here)}["leo.vrtx"]
    assert leo.coordination < 0.6


def test_a_flood_of_accounts_made_within_hours_is_a_campaign(world):
    hours = [START - timedelta(minutes=10 * n) for n in range(40)]
    flood = opened(world.victims(40), *hours)
    for n, testimony in enumerate(flood):
        testimony.received_at = START + timedelta(minutes=1.4 * n + n % 3)
    assert only(flood).coordination > 0.5
    assert only(flood).credibility < only(opened(world.victims(3), *years_before(3, spread=900))).credibility


def test_victims_of_whom_half_opened_an_account_to_speak_are_hardly_more_suspect_than_any(world):
    victims = world.victims(30)
    opened(victims[::2], *[victims[0].received_at - timedelta(minutes=7 * n) for n in range(15)])
    opened(victims[1::2], *years_before(15, spread=900))
    assert only(victims).coordination < 0.7
    assert only(victims).independent_sources > 12


def test_one_story_in_other_words_is_several_sources_fewer(world):
    particulars = ["une amie de Lyon a tout vu", "j'étais en seconde au lycée", "il voulait venir chez mes parents"]
    paraphrases = []
    for _ in range(30):
        own = " ".join(world.chance.choices(SYLLABLES, k=6))
        told = " et ".join(world.chance.sample(particulars, 2))
        paraphrases.append(world.testimony(text=f"{own} {told}"))
    elsewhere = [t for n in range(10) for t in world.victims(5, f"star{n}")]
    leo = {a.about.handle: a for a in assess(elsewhere + paraphrases)}["leo.vrtx"]
    assert leo.independent_sources < 15


def test_phrases_that_everybody_uses_are_nobodys_story(world):
    def same_phrases(victims):
        return [
            world.testimony(v.about, text=f"moi aussi il m'a demandé des photos j'avais treize ans {v.text}")
            for v in victims
        ]

    elsewhere = [t for n in range(10) for t in same_phrases(world.victims(5, f"star{n}"))]
    leo = {a.about.handle: a for a in assess(elsewhere + same_phrases(world.victims(12)))}["leo.vrtx"]
    assert leo.independent_sources > 11.5


def test_short_words_of_the_hashtag_are_not_a_campaign(world):
    phrases = [f"#balancetontiktokeur moi aussi, {t.text}" for t in world.victims(10)]
    assert only([world.testimony(text=phrase) for phrase in phrases]).coordination < 0.5


def test_people_who_strike_together_elsewhere_are_seen(world):
    crew = [Reporter(id=f"c{n}") for n in range(8)]
    others = [t for target in ("mia.wavy", "zak.nox", "tom.prsm") for t in world.victims(12, target)]
    struck = [
        world.testimony(target, reporter=member, text=None) for target in ("mia.wavy", "leo.vrtx") for member in crew
    ]
    leo = {a.about.handle: a for a in assess(others + struck)}["leo.vrtx"]
    assert leo.coordination > 0.5


def test_a_metronome_is_seen(world):
    regular = world.victims(24)
    for n, testimony in enumerate(regular):
        testimony.received_at = regular[0].received_at + timedelta(minutes=20 * n)
    assert only(regular).coordination > only(world.victims(24)).coordination + 0.1


def test_dates_without_times_are_no_metronome(world):
    daily = world.victims(24)
    for n, testimony in enumerate(daily):
        testimony.received_at = START + timedelta(days=n)
    assert only(daily).coordination < 0.5


def test_a_higher_prior_gives_a_higher_credibility(world):
    assert credibility(world.victims(1), prior=0.1) < credibility(world.victims(1), prior=0.6)
