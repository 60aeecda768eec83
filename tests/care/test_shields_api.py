"""Comments that a platform's machine hands in: for whom, which, once; nothing is kept for anybody else."""

import json

import pytest

from platforms.conftest import memory  # noqa: F401 - a fixture
from rempart.care.models import By, ShieldedComment
from rempart.care.services import shields
from rempart.staff.keys import Scope, make_key

ABOUT = {"service": "tiktok", "handle": "@Mia.Chante", "id": "77"}


@pytest.fixture
def mia(memory, looked_after):  # noqa: F811 - the fixture
    return looked_after("mia.chante", number="77", accepted=True)


@pytest.fixture
def ask(client, db):
    """Ask the API with a key that may hand comments in."""
    secret = make_key("tests", [Scope.COMMENTS_WRITE], acting=None)[1]

    def request(method, path, body=None):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1/{path}", **sent, headers={"authorization": f"Bearer {secret}"})

    return request


def comment(number="c-1", **more):
    author = {"service": "tiktok", "handle": "autrui", "id": "9"}
    return {"number": number, "author": author, "at": "2026-11-20T18:02:11Z", "text": "Tu chantes faux", **more}


def test_comments_on_an_account_whose_shield_is_open_are_kept_once(ask, mia):
    shields.open_shield(mia, by=By.YOUNG)
    answers = [ask("post", "comments", {"about": ABOUT, "comments": [comment(), comment("c-2")]}) for _ in range(2)]
    assert [(one.status_code, one.json()) for one in answers] == [(200, {"taken": 2}), (200, {"taken": 0})]


def test_what_is_kept_is_what_was_handed_in(ask, mia):
    shields.open_shield(mia, by=By.YOUNG)
    ask("post", "comments", {"about": ABOUT, "comments": [comment(answers="video-1", hostile=True)]})
    kept = ShieldedComment.objects.get()
    assert (kept.number, kept.author, kept.author_id, kept.about, kept.text, kept.hostile) == (
        "c-1", "autrui", "9", "video-1", "Tu chantes faux", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hostile"), [("T'es une grosse conne", True), ("Quelle belle chanson", False)], ids=["insult", "praise"]
)
def test_a_text_is_read_where_the_platform_does_not_say_what_it_is(ask, mia, text, hostile):
    shields.open_shield(mia, by=By.YOUNG)
    ask("post", "comments", {"about": ABOUT, "comments": [comment(text=text)]})
    assert ShieldedComment.objects.get().hostile is hostile


def test_nothing_is_kept_for_whoever_has_no_shield(ask, mia):
    answer = ask("post", "comments", {"about": ABOUT, "comments": [comment()]})
    assert (answer.status_code, ShieldedComment.objects.count()) == (404, 0)


def test_nothing_is_kept_for_another_account_under_the_same_handle(ask, mia):
    shields.open_shield(mia, by=By.YOUNG)
    answer = ask("post", "comments", {"about": ABOUT | {"id": "78"}, "comments": [comment()]})
    assert (answer.status_code, ShieldedComment.objects.count()) == (404, 0)


def test_nothing_is_kept_once_it_is_over(ask, mia, clock):
    clock.move(shields.open_shield(mia, by=By.YOUNG).ends_at - mia.opened_at)
    assert ask("post", "comments", {"about": ABOUT, "comments": [comment()]}).status_code == 404


def test_a_platform_learns_for_whom_to_hand_comments_in(ask, mia):
    before = ask("get", "shields?service=tiktok").json()
    shields.open_shield(mia, by=By.YOUNG)
    (shown,) = ask("get", "shields?service=tiktok").json()["shields"]
    assert (before, shown["handle"], shown["id"]) == ({"shields": [], "next": None}, "mia.chante", "77")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"comments": []}, "comments"),
        ({"comments": [comment(text="")]}, "comments.0.text"),
        ({"comments": [comment(at="hier")]}, "comments.0.at"),
        ({"comments": [comment(author={"service": "tiktok", "handle": "…"})]}, "comments.0.author.handle"),
        ({"about": {"service": "tiktok", "handle": "."}}, "about.handle"),
    ],
    ids=["none", "no-text", "no-time", "no-author", "no-account"],
)
def test_what_is_wrong_is_named(ask, mia, wrong, field):
    shields.open_shield(mia, by=By.YOUNG)
    answer = ask("post", "comments", {"about": ABOUT, "comments": [comment()]} | wrong)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
