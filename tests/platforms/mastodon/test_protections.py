"""Reports to a Mastodon server's moderators, through Mastodon.py, on a server as the documentation says."""

import pytest

from platforms.conformance import new_key
from rempart.platforms.connector import Comment, Support
from rempart.platforms.mastodon.notes import REPORTED
from rempart.records import AccountReference


@pytest.fixture
def comments(documented):
    """Two posts of one person and one of another."""
    one, other = documented.new_account(), documented.new_account()
    return [Comment(number=str(number), author=author) for number, author in ((11, one), (12, one), (13, other))]


@pytest.mark.protects("mastodon", "report")
def test_each_author_is_reported_once_with_their_posts(documented, connector, comments):
    key, account = new_key(), documented.new_account()
    for _ in range(2):
        connector.report(account, comments, key=key)
    assert [one["status_ids[]"] for one in documented.reports] == ["11,12", "13"]
    assert all(one["comment"].startswith(REPORTED) for one in documented.reports)


def test_who_left_the_server_holds_up_no_other(documented, connector, comments):
    gone = Comment(number="14", author=AccountReference("mastodon", "gone@elsewhere.example"))
    connector.report(documented.new_account(), [gone, *comments], key=new_key())
    assert len(documented.reports) == 2


def test_what_a_server_cannot_do_says_what_one_can_do_oneself(connector):
    cannot = [*connector.protections.values(), connector.acts["hide"]]
    assert {one.support for one in cannot} == {Support.IMPOSSIBLE}
    assert all(one.how["fr"] and one.how["en"] for one in cannot)
