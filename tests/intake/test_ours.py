"""Which accounts are the platform's own."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.ours import is_ours, own_hosts, own_services, parse
from rempart.records import AccountReference
from rempart.records.references import SERVICES


def account(service: str, handle: str, number: str | None = None) -> AccountReference:
    return AccountReference(service, handle, number)


@pytest.fixture
def several(settings):
    """A platform with accounts on three services."""
    settings.REMPART_PLATFORM_SERVICES = ["tiktok", "matrix:example.org", "bluesky", "matrix:chat.example"]


def test_every_account_of_a_whole_service_is_ours(several):
    assert is_ours(account("tiktok", "leo"))
    assert is_ours(account("bluesky", "leo.example.net"))


def test_an_account_of_a_service_that_is_not_named_is_not_ours(several):
    assert not is_ours(account("snapchat", "leo"))


def test_a_server_that_is_named_is_ours_and_every_other_is_not(several):
    assert is_ours(account("matrix", "@leo:example.org"))
    assert is_ours(account("matrix", "@leo:chat.example"))
    assert not is_ours(account("matrix", "@leo:elsewhere.example"))
    assert not is_ours(account("matrix", "@leo:example.org.evil.example"))


def test_an_account_whose_server_is_not_said_is_not_ours(several):
    assert not is_ours(account("matrix", "leo"))


def test_the_immutable_id_says_the_server_before_the_handle_does(several):
    assert is_ours(account("matrix", "leo", "@leo:example.org"))
    assert not is_ours(account("matrix", "@leo:example.org", "@leo:elsewhere.example"))


def test_a_server_is_the_same_in_capitals_and_may_carry_a_port(settings):
    settings.REMPART_PLATFORM_SERVICES = ["matrix:Localhost:8448"]
    assert is_ours(account("matrix", "@leo:localhost:8448"))
    assert not is_ours(account("matrix", "@leo:localhost"))


def test_a_mastodon_account_is_known_by_the_server_after_its_name(settings):
    settings.REMPART_PLATFORM_SERVICES = ["mastodon:social.example"]
    assert is_ours(account("mastodon", "leo@social.example", "109"))
    assert not is_ours(account("mastodon", "leo@other.example", "110"))
    assert not is_ours(account("mastodon", "leo"))


def test_services_are_listed_once_with_their_servers(several):
    assert own_services() == ["tiktok", "matrix", "bluesky"]
    assert own_hosts("matrix") == {"example.org", "chat.example"}
    assert own_hosts("tiktok") == own_hosts("snapchat") == frozenset()


@pytest.mark.parametrize("entry", ["twiter", "", "matrix:", "tiktok:example.org", "bluesky:pds.example"])
def test_a_setting_that_makes_no_sense_is_refused_with_what_is_wrong(entry):
    with pytest.raises(ImproperlyConfigured, match="REMPART_PLATFORM_SERVICES"):
        parse([entry])


def test_a_service_is_not_named_both_whole_and_by_server():
    with pytest.raises(ImproperlyConfigured, match="both"):
        parse(["matrix", "matrix:example.org"])


@given(st.sampled_from(SERVICES), st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True))
def test_an_equal_handle_on_a_service_that_is_not_named_is_never_ours(service, handle):
    from django.test import override_settings

    with override_settings(REMPART_PLATFORM_SERVICES=["tiktok"]):
        assert is_ours(account(service, handle)) is (service == "tiktok")
