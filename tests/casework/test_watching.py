"""The page of hashtags that are listened for."""

import pytest

from rempart.intake.models import WatchedTag
from rempart.intake.services import watch_tag


@pytest.fixture
def owner(db, staff_member):
    """Who sets the rules, and says what is listened for."""
    return staff_member("policy_owner")


def test_a_policy_owner_adds_a_hashtag_and_removes_it(client, owner):
    client.force_login(owner)
    client.post("/waves/watched/", {"hashtag": "#BalanceTonTiktokeur", "default_service": "tiktok"})
    tag = WatchedTag.objects.get()
    assert (tag.hashtag, tag.default_service, tag.by) == ("balancetontiktokeur", "tiktok", owner)
    assert "#balancetontiktokeur" in client.get("/waves/watched/").content.decode()
    client.post("/waves/watched/", {"remove": "balancetontiktokeur"})
    assert not WatchedTag.objects.exists()


@pytest.mark.parametrize("hashtag", ["two words", "#", "", "x" * 201])
def test_what_no_post_can_carry_is_refused_beside_its_field(client, owner, hashtag):
    client.force_login(owner)
    answer = client.post("/waves/watched/", {"hashtag": hashtag})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"hashtag"}
    assert not WatchedTag.objects.exists()


def test_removing_one_that_somebody_removed_a_moment_ago_changes_nothing(client, owner):
    client.force_login(owner)
    assert client.post("/waves/watched/", {"remove": "gone"}).status_code == 302


def test_a_reader_sees_the_list_and_no_form(client, staff_member, db):
    watch_tag("balancetontiktokeur")
    client.force_login(staff_member("reader"))
    answer = client.get("/waves/watched/")
    assert "#balancetontiktokeur" in answer.content.decode()
    assert answer.context["form"] is None
