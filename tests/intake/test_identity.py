"""Accounts are followed by their immutable id when their handles change."""

import pytest

from rempart.intake.models import Account
from rempart.intake.services import follow_rename
from rempart.ledger.models import LedgerRow
from rempart.records import AccountReference, AccountRow


def renamed(handle: str, number: str = "77") -> Account | None:
    return follow_rename(AccountReference("tiktok", handle, number))


@pytest.fixture
def known(bring_in, post, accuses) -> Account:
    """tiktok:leo.vrtx, number 77, of whom one person spoke."""
    bring_in(post(1, accuses), accounts=[AccountRow(id="77", service="tiktok", handle="leo.vrtx")])
    return Account.objects.get(platform_id="77")


def test_an_account_takes_its_new_handle_with_what_was_said_of_it(known):
    assert renamed("leo.new") == known
    known.refresh_from_db()
    assert (known.handle, known.holds_handle, known.testimonies.count()) == ("leo.new", True, 1)


def test_who_takes_the_freed_handle_is_somebody_else(known, bring_in, post, accuses):
    renamed("leo.new")
    renamed("leo.vrtx", "99")
    bring_in(post(2, accuses))
    other = Account.objects.get(handle="leo.vrtx", holds_handle=True)
    assert other != known
    assert (known.testimonies.count(), other.testimonies.count()) == (1, 1)


def test_what_was_said_under_a_handle_does_not_come_to_who_takes_it_later(known, bring_in, post):
    bring_in(post(2, "#balancetontiktokeur @mel.off m'a demandé des nudes sur snap, j'avais 14 ans"))
    renamed("mel.off")
    mel = Account.objects.get(handle="mel.off", platform_id=None)
    assert not mel.holds_handle
    assert (known.testimonies.count(), mel.testimonies.count()) == (1, 1)


def test_an_account_that_nobody_spoke_of_takes_the_handle_away_and_is_not_stored(known):
    assert renamed("leo.vrtx", "99") is None
    known.refresh_from_db()
    assert not known.holds_handle
    assert Account.objects.count() == 1


def test_hearing_of_a_rename_twice_changes_nothing_the_second_time(known):
    renamed("leo.new")
    rows = LedgerRow.objects.filter(event="handle_changed").count()
    renamed("leo.new")
    assert LedgerRow.objects.filter(event="handle_changed").count() == rows == 1


def test_two_accounts_may_swap_their_handles(known, bring_in, post):
    text = "#balancetontiktokeur @mel.off m'a demandé des nudes sur snap, j'avais 14 ans"
    bring_in(post(2, text), accounts=[AccountRow(id="88", service="tiktok", handle="mel.off")])
    renamed("in.between")
    renamed("leo.vrtx", "88")
    renamed("mel.off")
    assert {(one.platform_id, one.handle) for one in Account.objects.filter(holds_handle=True)} == {
        ("77", "mel.off"),
        ("88", "leo.vrtx"),
    }


def test_a_rename_is_followed_by_an_id_or_not_at_all(known):
    with pytest.raises(ValueError, match="id"):
        follow_rename(AccountReference("tiktok", "leo.new"))


def test_an_equal_number_on_another_service_is_another_account(known):
    follow_rename(AccountReference("snapchat", "leo.new", "77"))
    known.refresh_from_db()
    assert known.handle == "leo.vrtx"


def test_who_denies_stays_recognisable_as_the_one_accused(known):
    said = known.testimonies.get()
    said.reporter = "tiktok:leo.vrtx"
    said.save(update_fields=["reporter"])
    renamed("leo.new")
    said.refresh_from_db()
    assert said.reporter == "tiktok:leo.new"
