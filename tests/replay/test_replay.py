"""Every number of an outcome, on waves small enough to count by hand."""

from datetime import timedelta

import pytest
from msgspec import UNSET

from rempart import records
from rempart.replay import replay, run

ACCUSED = ("accused", "testimonies + relays >= 1", "suspend", "10d")
THREE = ("three", "testimonies + relays >= 3", "suspend", None)


def outcome(testimonies, book, truth=None):
    (found,) = replay(testimonies, [book], truth=truth)
    return found


def actions(testimonies, book):
    (course,) = run(testimonies, [book]).courses
    return [
        (str(account.about), action.articles, action.measures, action.at - min(t.received_at for t in testimonies))
        for account, standing in course.standings.items()
        for action in standing.actions
    ]


def test_an_empty_wave_has_no_account(book):
    assert outcome([], book(ACCUSED)).accused == 0


def test_accused_are_those_with_a_testimony_or_a_relay(received, book):
    wave = [received("a"), received("b", stance="relay"), received("c", stance="dispute")]
    assert outcome(wave, book(ACCUSED)).accused == 2


def test_whoever_is_only_defended_is_left_alone(received, book):
    wave = [received("c", stance="dispute")]
    assert outcome(wave, book(("always", "disputes >= 1", "suspend", "10d"))).measured == 0


def test_watching_is_a_measure_but_no_restriction(received, book):
    found = outcome([received("a")], book(("watch", "testimonies >= 1", "watch", "10d")))
    assert (found.measured, found.restrained, found.suspended) == (1, 0, 0)


def test_restricting_is_not_suspending(received, book):
    found = outcome([received("a")], book(("live", "testimonies >= 1", "no_live", "10d")))
    assert (found.measured, found.restrained, found.suspended) == (1, 1, 0)


def test_the_median_counts_hours_from_the_first_testimony_or_relay_of_measured_accounts(received, book):
    wave = [received("a", stance="relay"), received("a", 1), received("a", 5)]
    wave += [received("b", 2), received("b", 3), received("b", 4)]
    wave += [received("c", 7)]
    assert outcome(wave, book(THREE)).median_hours_to_first_measure == (5 + 2) / 2


def test_the_median_of_no_measure_is_null(received, book):
    assert outcome([received("a")], book(THREE)).median_hours_to_first_measure is None


def test_a_dispute_that_comes_first_does_not_start_the_clock(received, book):
    wave = [received("a", 0, stance="dispute"), received("a", 3)]
    assert outcome(wave, book(ACCUSED)).median_hours_to_first_measure == 0


def test_testimonies_after_the_first_count_until_the_account_is_restrained(received, book):
    wave = [received("a", hour) for hour in range(5)]  # the third leads to suspension: it came before
    assert outcome(wave, book(THREE)).testimonies_after_first == 2


def test_testimonies_after_a_lapse_count_again(received, book):
    wave = [received("a", 0), received("a", 24), received("a", 239.9), received("a", 240), received("a", 300)]
    assert outcome(wave, book(ACCUSED)).testimonies_after_first == 2


def test_disputes_are_not_counted_after_the_first(received, book):
    wave = [received("a", 0), received("a", 1, stance="dispute"), received("a", 2, stance="relay")]
    assert outcome(wave, book(THREE)).testimonies_after_first == 1


def test_what_comes_at_the_very_instant_of_the_first_is_not_after_it(received, book):
    assert outcome([received("a"), received("a")], book(THREE)).testimonies_after_first == 0


def test_testimonies_of_one_instant_are_seen_together(received, book):
    wave = [received("a", 1), received("a", 1), received("a", 1)]
    assert outcome(wave, book(THREE)).median_hours_to_first_measure == 0


def test_watching_does_not_stop_the_count(received, book):
    wave = [received("a", 0), received("a", 1)]
    assert outcome(wave, book(("watch", "testimonies >= 1", "watch", "10d"))).testimonies_after_first == 1


def test_without_a_truth_nobody_is_called_innocent(received, book):
    assert outcome([received("a")], book(ACCUSED)).wrongly_restrained is UNSET


def test_protected_is_the_share_of_guilty_accounts_ever_restrained(received, book, truth):
    wave = [received("a", hour) for hour in range(3)] + [received("b")] + [received("c", hour) for hour in range(3)]
    assert outcome(wave, book(THREE), truth(a=True, b=True, c=False)).protected == 0.5


def test_wrongly_suspended_and_restrained_are_shares_of_innocent_accounts(received, book, truth):
    wave = [received("a"), received("b", 1), received("b", 2), received("c"), received("d")]
    rules = book(
        ("live", "testimonies >= 2", "no_live", "10d"),
        ("all", "testimonies >= 3", "suspend", "10d"),
    )
    found = outcome([*wave, received("a", 3), received("a", 4)], rules, truth(a=False, b=False, c=False, d=False))
    assert (found.wrongly_suspended, found.wrongly_restrained) == (0.25, 0.5)


def test_shares_of_nobody_are_null(received, book, truth):
    found = outcome([received("a")], book(ACCUSED), truth(a=True))
    assert (found.wrongly_suspended, found.wrongly_restrained, found.wrong_days) == (None, None, 0.0)


def test_an_account_that_the_truth_does_not_name_is_neither(received, book, truth):
    found = outcome([received("a"), received("b")], book(ACCUSED), truth(a=False))
    assert found.wrongly_suspended == 1.0


def test_wrong_days_of_a_preventive_suspension_run_to_its_end(received, book, truth):
    assert outcome([received("a")], book(ACCUSED), truth(a=False)).wrong_days == 10


def test_wrong_days_of_a_final_suspension_run_to_thirty_days_after_the_last_testimony(received, book, truth):
    wave = [received("a", hour) for hour in (0, 1, 2)] + [received("b", 26, stance="dispute")]
    assert outcome(wave, book(THREE), truth(a=False)).wrong_days == 31


def test_days_of_two_suspensions_at_once_count_once(received, book, truth):
    wave = [received("a", 0), received("a", 24), received("a", 48)]
    found = outcome(wave, book(ACCUSED, THREE), truth(a=False))
    # The final one adds nothing while the preventive one answers everything, and no testimony comes after its end.
    assert found.wrong_days == 10


def test_an_article_that_lapsed_never_fires_again(received, book):
    wave = [received("a", 0), received("a", 24 * 11), received("a", 24 * 12)]
    assert len(actions(wave, book(ACCUSED))) == 1


def test_a_measure_in_force_is_not_renewed_by_what_comes_next(received, book):
    wave = [received("a", 0), received("a", 24 * 9), received("a", 24 * 10)]
    assert outcome(wave, book(ACCUSED)).testimonies_after_first == 1


def test_another_article_may_fire_after_a_lapse(received, book):
    wave = [received("a", 0), received("a", 24 * 11), received("a", 24 * 12)]
    fired = [articles for _, articles, _, _ in actions(wave, book(ACCUSED, THREE))]
    assert fired == [("accused",), ("three",)]


def test_a_heavier_measure_comes_on_top_of_a_lighter_one(received, book):
    rules = book(("contact", "testimonies >= 1", "no_new_contacts", "10d"), THREE)
    wave = [received("a", hour) for hour in (0, 1, 2)]
    assert [(measures, at) for _, _, measures, at in actions(wave, rules)] == [
        (("no_new_contacts",), timedelta(0)),
        (("suspend",), timedelta(hours=2)),
    ]


def test_a_lighter_measure_waits_while_a_heavier_one_answers_its_risk(received, book):
    rules = book(ACCUSED, ("contact", "testimonies >= 2", "no_new_contacts", "5d"))
    wave = [received("a", 0), received("a", 1), received("a", 24 * 11)]
    assert [(articles, at) for _, articles, _, at in actions(wave, rules)] == [
        (("accused",), timedelta(0)),
        (("contact",), timedelta(days=11)),
    ]


def test_articles_that_match_together_decide_together(received, book):
    rules = book(ACCUSED, ("contact", "testimonies >= 1", "no_new_contacts", "5d"))
    assert actions([received("a")], rules) == [("tiktok:a", ("accused", "contact"), ("suspend",), timedelta(0))]


def test_each_rulebook_goes_its_own_way(received, book):
    wave = [received("a", hour) for hour in range(3)]
    found = replay(wave, [book(ACCUSED, name="soon"), book(THREE, name="late")])
    assert [(each.rulebook, each.testimonies_after_first) for each in found] == [("soon", 0), ("late", 2)]


def test_the_order_of_the_lines_does_not_matter(received, book):
    wave = [received("a", hour) for hour in range(5)]
    assert replay(wave[::-1], [book(THREE)]) == replay(wave, [book(THREE)])


def test_two_names_of_one_account_count_as_one_from_the_moment_they_are_linked(received, book):
    named, known = records.AccountReference("tiktok", "a"), records.AccountReference("tiktok", "a2", "77")
    both = records.AccountReference("tiktok", "a", "77")
    wave = [received("a", 0, about=named), received("a", 1, about=known), received("a", 2, about=both)]
    found = outcome(wave, book(THREE))
    assert (found.accused, found.suspended, found.testimonies_after_first) == (1, 1, 1)


def test_a_measure_taken_under_a_name_stays_when_the_account_is_known(received, book):
    named, known = records.AccountReference("tiktok", "a"), records.AccountReference("tiktok", "a2", "77")
    both = records.AccountReference("tiktok", "a", "77")
    wave = [received("a", 0, about=known), received("a", 1, about=named), received("a", 2, about=both)]
    assert outcome(wave, book(ACCUSED)).testimonies_after_first == 0


def test_the_last_moments_of_the_calendar_are_no_error(received, book, truth):
    late = received("a").received_at.replace(year=9999, month=12, day=30)
    found = outcome([received("a", received_at=late)], book(ACCUSED), truth(a=False))
    assert 1 < found.wrong_days < 2


def test_a_prior_that_is_no_probability_is_refused(received, book):
    with pytest.raises(ValueError, match="prior"):
        replay([received("a")], [book(THREE)], prior=1.0)


def test_an_article_that_cannot_be_evaluated_matches_nothing_and_is_counted(received, book):
    rules = book(("broken", "conduct[0] == 'grooming'", "suspend", "10d"))
    (course,) = run([received("a", conduct=[]), received("a", 1, conduct=["grooming"])], [rules]).courses
    assert (course.failures, len(course.standings)) == (1, 1)
