"""A link opens one conversation for one holder until it is revoked or over, and nothing else opens anything."""

import string
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.correspondence import links
from rempart.correspondence.errors import LinkRefused
from rempart.correspondence.links import conversation_of, link_for, token_for
from rempart.correspondence.services import invite_adult, let_adult_out, revoke_links

ALPHABET = string.ascii_letters + string.digits + "._-+= /\n"
in_one_transaction = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture
def mine(conversation):
    """A conversation."""
    return conversation()


def refused(token: str) -> bool:
    try:
        conversation_of(token)
    except LinkRefused:
        return True
    return False


def test_a_link_opens_its_conversation_for_its_holder(mine):
    opened = conversation_of(token_for(mine))
    assert (opened.conversation, opened.holder) == (mine, "self")


def test_a_link_is_short_enough_for_a_message(mine):
    assert len(token_for(mine)) < 45


@in_one_transaction
@given(data=st.data())
def test_a_token_changed_anywhere_opens_nothing(mine, data):
    token = token_for(mine)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(ALPHABET).filter(lambda letter: letter != token[place]))
    assert refused(token[:place] + letter + token[place + 1 :])


@in_one_transaction
@given(place=st.integers(0, 45), added=st.text(ALPHABET, min_size=1, max_size=3))
def test_a_token_made_longer_opens_nothing(mine, place, added):
    token = token_for(mine)
    assert refused(token[:place] + added + token[place:])


@in_one_transaction
@given(st.integers(0, 44))
def test_a_token_cut_short_opens_nothing(mine, length):
    assert refused(token_for(mine)[: min(length, len(token_for(mine)) - 1)])


@in_one_transaction
@given(st.text(max_size=80))
def test_whatever_else_is_tried_opens_nothing_and_raises_nothing_else(mine, token):
    assert refused(token)


@in_one_transaction
@given(
    st.builds(
        "{}.{}.{}.{}.{}".format,
        st.integers(-1, 2**70),
        st.integers(-1, 2**40),
        st.sampled_from("sab"),
        st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9),
        st.text(string.ascii_letters + string.digits + "-_", min_size=20, max_size=24),
    )
)
def test_no_well_formed_forgery_opens_anything(mine, token):
    assert refused(token)


def test_the_parts_of_two_tokens_do_not_mix(mine, conversation):
    ours, theirs = token_for(mine).split("."), token_for(conversation()).split(".")
    for place in range(5):
        if ours[place] != theirs[place]:
            mixed = [*ours[:place], theirs[place], *ours[place + 1 :]]
            assert refused(".".join(mixed))


def test_another_site_key_makes_other_tokens(mine, settings):
    token = token_for(mine)
    settings.SECRET_KEY = "another"
    assert refused(token)


def test_revoking_ends_every_link_made_before(mine):
    invite_adult(mine)
    mine.refresh_from_db()
    before = [token_for(mine), token_for(mine, "adult")]
    revoke_links(mine, reason="sent to the wrong person")
    assert [refused(token) for token in before] == [True, True]


def test_a_link_made_after_revoking_opens(mine):
    revoke_links(mine, reason="sent to the wrong person")
    mine.refresh_from_db()
    assert conversation_of(token_for(mine)).conversation == mine


def test_an_adult_let_out_has_no_link_any_more(mine):
    token = invite_adult(mine).rstrip("/").rpartition("/")[2]
    assert conversation_of(token).holder == "adult"
    let_adult_out(mine)
    assert refused(token)


def test_letting_the_adult_out_leaves_the_persons_own_link(mine):
    token = token_for(mine)
    invite_adult(mine)
    let_adult_out(mine)
    assert conversation_of(token).conversation == mine


def test_another_adult_takes_the_place_of_the_first(mine):
    first = invite_adult(mine).rstrip("/").rpartition("/")[2]
    invite_adult(mine)
    assert refused(first)


def test_there_is_no_link_for_an_adult_whom_nobody_let_in(mine):
    with pytest.raises(ValueError, match="adult"):
        token_for(mine, "adult")


def test_a_link_lasts_a_year(mine, clock):
    token = token_for(mine)
    clock.move(timedelta(days=365))
    assert not refused(token)
    clock.move(timedelta(days=2))
    assert refused(token)


def test_a_link_leads_to_the_page_that_another_room_hosts(mine, settings, monkeypatch):
    settings.REMPART_ADDRESS = "https://rempart.example"
    assert link_for(mine).startswith("https://rempart.example/m/")
    monkeypatch.setitem(links._pages, "respondent", "correspondence:adult")
    assert link_for(mine).endswith("/adult/")


def test_a_room_hosts_a_kind_that_exists():
    with pytest.raises(ValueError, match="nobody"):
        links.host("nobody", "correspondence:mailbox")
