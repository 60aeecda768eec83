"""Which references mean the same account, and when that is known."""

from rempart.corroboration import assess, timeline
from rempart.corroboration.identity import AccountsTable
from rempart.records import AccountFacts, AccountReference, AccountRow

LEO = AccountReference("tiktok", "leo.vrtx")
LEO_BY_ID = AccountReference("tiktok", "leo.vrtx", "7001")
LEO_RENAMED = AccountReference("tiktok", "leo.new", "7001")
ROW = AccountRow(id="7001", service="tiktok", handle="leo.vrtx", reach=90_000, age_band="16_17", monetised=True)


def abouts(assessments):
    return [assessment.about for assessment in assessments]


def test_a_handle_and_an_id_are_one_account_where_somebody_gives_both(world):
    (leo,) = assess([world.testimony(LEO), world.testimony(LEO_BY_ID), world.testimony(LEO_RENAMED)])
    assert leo.testimonies == 3
    assert leo.about == LEO_BY_ID


def test_the_id_wins_over_the_handle(world):
    other = AccountReference("tiktok", "leo.vrtx", "9999")
    assert len(assess([world.testimony(LEO_BY_ID), world.testimony(other)])) == 2


def test_an_equal_handle_on_another_service_is_no_link(world):
    assert len(assess([world.testimony(LEO), world.testimony(AccountReference("snapchat", "leo.vrtx"))])) == 2


def test_the_accounts_table_links_handle_and_id(world):
    (leo,) = assess([world.testimony(LEO), world.testimony(LEO_RENAMED)], accounts=[ROW])
    assert leo.about == LEO_BY_ID


def test_the_accounts_table_gives_the_facts(world):
    (leo,) = assess([world.testimony(LEO)], accounts=[ROW])
    assert leo.account == AccountFacts(reach=90_000, monetised=True, age_band="16_17", country=None)


def test_facts_may_be_given_by_reference(world):
    (leo,) = assess([world.testimony(LEO)], accounts={"tiktok:leo.vrtx": AccountFacts(reach=5)})
    assert leo.account == AccountFacts(reach=5)


def test_an_account_that_is_not_in_the_table_has_no_facts(world):
    (mia,) = assess([world.testimony("mia.wavy")], accounts=[ROW])
    assert mia.account is None


def test_two_accounts_are_merged_from_the_moment_that_they_are_known_to_be_one(world):
    wave = [world.testimony(LEO_RENAMED), world.testimony(LEO), world.testimony(LEO_BY_ID)]
    first, second, third = timeline(wave)
    assert (first.testimonies, second.testimonies, third.testimonies) == (1, 1, 3)
    assert [third] == assess(wave)


def test_a_merger_forgets_nothing_that_was_said(world):
    merged = assess(
        [*world.victims(3, LEO_RENAMED), *world.victims(4, LEO), world.testimony(LEO_BY_ID, stance="relay")]
    )
    assert (merged[0].testimonies, merged[0].relays, merged[0].independent_sources) == (7, 1, 7)


def test_assessments_come_by_service_and_handle(world):
    wave = [world.testimony(handle) for handle in ("zoe.vrtx", "ana.nox", "leo.vrtx")]
    assert [about.handle for about in abouts(assess(wave))] == ["ana.nox", "leo.vrtx", "zoe.vrtx"]


def test_a_table_knows_nothing_of_what_it_does_not_hold():
    assert AccountsTable([ROW]).facts(AccountReference("tiktok", "nobody")) is None
