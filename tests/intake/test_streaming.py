"""Posts heard as they come: which belong to a wave, what their source allows, edits, deletions, and nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from rempart import records
from rempart.intake.models import CountedPost, DeletedAtSource, HourlyCount, Post, Testimony, WatchedTag, Wave
from rempart.intake.retention import erase_deletions
from rempart.intake.selectors import watched_tags
from rempart.intake.services import (
    EmptyHashtag,
    NotAHashtag,
    NotWatched,
    carry_out_deletions,
    receive_deletions,
    receive_edits,
    receive_posts,
    unwatch_tag,
    watch_tag,
)
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow

ACCUSES = "#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans"
BEGIN = datetime(2026, 6, 17, 16, 4, tzinfo=UTC)


def said(number: int, text: str = ACCUSES, *, service: str = "bluesky", **fields) -> records.Post:
    """A post."""
    fields = {"author": f"author{number}.example", "created_at": BEGIN + timedelta(minutes=number)} | fields
    return records.Post(id=f"p{number}", service=service, text=text, **fields)


@pytest.fixture
def watched(db) -> WatchedTag:
    return watch_tag("#BalanceTonTiktokeur", default_service="tiktok")


def test_a_post_opens_the_wave_of_its_hashtag(watched):
    assert receive_posts([said(1)]).stored == 1
    wave = Wave.objects.get()
    assert (wave.hashtag, wave.invented, wave.since) == ("balancetontiktokeur", False, said(1).created_at)
    assert str(Testimony.objects.get().account) == "tiktok:leo.vrtx"


def test_an_at_handle_lives_where_the_post_does_unless_the_watch_list_says_otherwise(db):
    watch_tag("balancetontiktokeur")
    receive_posts([said(1, service="tiktok")])
    assert str(Testimony.objects.get().account) == "tiktok:leo.vrtx"


def test_what_is_heard_is_what_an_import_would_store(watched, bring_in, post, accuses):
    receive_posts([said(1, accuses)])
    columns = ("source", "author", "text", "stance", "stance_probability", "read")
    heard = Post.objects.values(*columns).get(post_id="p1")
    bring_in(post(2, accuses, author="author1.example"))
    assert Post.objects.values(*columns).get(post_id="p2") == heard


def test_a_post_without_a_watched_hashtag_leaves_nothing(watched):
    receive_posts([said(1, "#autrechose @leo.vrtx m'a demandé des nudes")])
    assert not Post.objects.exists()
    assert not Wave.objects.exists()


@pytest.mark.parametrize(
    "tag", ["#BalanceTonTiktokeur", "#balancetontiktokeur", "＃BALANCETONTIKTOKEUR", "#bаlancetontiktokeur"]
)
def test_a_hashtag_is_known_however_it_is_typed(watched, tag):
    assert receive_posts([said(1, f"{tag} @leo.vrtx m'a demandé des nudes")]).stored == 1


def test_answers_and_reposts_belong_where_what_they_answer_does_now_or_later(watched):
    receive_posts([said(1), said(2, "moi aussi il m'a écrit", in_reply_to="p1")])
    receive_posts([said(3, "courage", in_reply_to="p2"), said(4, "autre chose", in_reply_to="p99")])
    receive_posts([said(5, ACCUSES.removeprefix("#balancetontiktokeur "), repost_of="p1")])
    assert set(Wave.objects.get().posts.values_list("post_id", flat=True)) == {"p1", "p2", "p3", "p5"}


def test_a_post_with_two_watched_hashtags_is_one_post_in_two_waves(watched):
    watch_tag("metoostar")
    receive_posts([said(1, f"{ACCUSES} #metoostar")])
    assert Post.objects.get().waves.count() == 2
    assert Testimony.objects.count() == 1


def test_the_same_again_changes_nothing_and_tells_nobody(watched):
    receive_posts([said(1), said(2, service="mastodon")])
    rows = LedgerRow.objects.count()
    assert receive_posts([said(1), said(2, service="mastodon")]).stored == 0
    assert (Post.objects.count(), CountedPost.objects.count(), HourlyCount.objects.get().posts) == (1, 1, 1)
    assert LedgerRow.objects.count() == rows


def test_of_a_source_that_allows_counts_only_nothing_but_counts_is_kept(watched):
    answer = said(2, "moi aussi", service="mastodon", author="b@elsewhere.example", in_reply_to="p1")
    receive_posts([said(1, service="mastodon", author="a@elsewhere.example")])
    receive_posts([answer])
    assert not Post.objects.exists()
    assert sum(HourlyCount.objects.values_list("posts", flat=True)) == 2


def test_a_post_of_our_own_server_is_the_platforms(watched, settings):
    settings.REMPART_PLATFORM_SERVICES = ["mastodon:star.example"]
    receive_posts([said(1, service="mastodon", author="a@star.example")])
    assert Post.objects.get().source == "platform"


def test_of_a_source_that_nobody_described_nothing_is_kept(watched):
    assert receive_posts([said(1, service="reddit")]).not_kept == 1
    assert not Post.objects.exists()


def test_an_assessment_follows_once_however_often_the_wave_grows(watched):
    from procrastinate.contrib.django.models import ProcrastinateJob

    for number in range(5):
        receive_posts([said(number)])
    assert ProcrastinateJob.objects.filter(task_name="casework.assess_wave", status="todo").count() == 1


def test_the_lookout_sees_a_wave_that_rises_as_it_is_heard(watched):
    from rempart.lookout.models import WaveAlert

    for number in range(8):
        receive_posts([said(number)])
    assert WaveAlert.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"author": "x" * 300},
        {"text": f"{ACCUSES} \0"},
        {"created_at": datetime(1970, 1, 1, tzinfo=UTC)},
        {"lang": "f" * 50},
    ],
)
def test_a_post_that_no_column_can_hold_stops_no_other_and_is_not_told_to_the_log(watched, bad, caplog):
    text = bad.pop("text", ACCUSES)
    received = receive_posts([said(1, text, **bad), said(2)])
    assert (received.stored, received.refused) == (1, 1)
    assert "nudes" not in caplog.text


def test_a_deleted_post_disappears_and_does_not_come_back(watched, bring_in, post, accuses):
    receive_posts([said(1)])
    assert receive_deletions([("bluesky", "p1")]) == 1
    receive_posts([said(1)])
    bring_in(post(1, accuses))
    assert Post.objects.get().text == ""
    assert not Testimony.everything.exists()


def test_a_deletion_that_is_heard_before_its_post_wins(watched, bring_in, post, accuses):
    receive_deletions([("bluesky", "p1"), ("bluesky", "p1")])
    assert receive_posts([said(1), said(2)]).not_kept == 1
    bring_in(post(1, accuses))
    assert list(Post.objects.values_list("post_id", flat=True)) == ["p2"]


def test_a_deletion_that_crossed_its_post_is_carried_out_soon_after(watched):
    receive_posts([said(1), said(2)])
    DeletedAtSource.objects.create(service="bluesky", post_id="p1", heard_at=now())
    assert carry_out_deletions() == 1
    assert list(Post.objects.filter(erased_at=None).values_list("post_id", flat=True)) == ["p2"]
    assert carry_out_deletions() == 0


def test_a_post_that_cannot_be_erased_yet_is_kept_in_mind_and_stops_nothing(watched, monkeypatch, caplog):
    from rempart.intake.services import streaming

    receive_posts([said(1), said(2)])
    erase = streaming.erase_post

    def fails_for_the_first(service, post_id):
        if post_id == "p1":
            raise OSError("no space left")
        return erase(service, post_id)

    monkeypatch.setattr(streaming, "erase_post", fails_for_the_first)
    assert receive_deletions([("bluesky", "p1"), ("bluesky", "p2")]) == 1
    monkeypatch.undo()
    erase_deletions(now() + timedelta(days=31))
    assert carry_out_deletions() == 1


def test_what_was_heard_of_deletions_is_forgotten_after_its_time(db):
    receive_deletions([("bluesky", "p1")])
    assert erase_deletions(now() - timedelta(days=30)) == 0
    assert erase_deletions(now() + timedelta(seconds=1)) == 1


def test_an_edited_post_testifies_to_what_it_says_now(watched):
    receive_posts([said(1)])
    kept = Testimony.objects.get()
    Testimony.objects.update(upheld_at=now())
    receive_edits(
        [said(1, "#balancetontiktokeur @leo.vrtx et @kyl.off m'ont demandé des nudes sur snap, j'avais 15 ans")]
    )
    found = {str(one.account): one for one in Testimony.objects.all()}
    assert set(found) == {"tiktok:leo.vrtx", "tiktok:kyl.off"}
    assert found["tiktok:leo.vrtx"].pk == kept.pk
    assert found["tiktok:leo.vrtx"].upheld_at is not None
    receive_edits([said(1, "#balancetontiktokeur Je retire ce que j'ai dit.")])
    assert not Testimony.everything.exists()


def test_an_edit_of_what_was_never_heard_is_a_post(watched):
    receive_edits([said(1)])
    assert Post.objects.count() == 1


def test_an_edit_of_an_erased_post_does_not_bring_it_back(watched):
    receive_posts([said(1)])
    receive_deletions([("bluesky", "p1")])
    receive_edits([said(1, f"{ACCUSES} encore")])
    assert Post.objects.get().text == ""


def test_a_batch_belongs_to_the_transaction_of_its_caller(watched):
    with transaction.atomic():
        receive_posts([said(1)])
        receive_deletions([("bluesky", "p2")])
        transaction.set_rollback(True)
    assert not Post.objects.exists()
    assert not DeletedAtSource.objects.exists()


def test_what_is_no_longer_listened_for_is_not_taken_in(watched):
    receive_posts([said(1)])
    unwatch_tag("#balancetontiktokeur")
    receive_posts([said(2)])
    assert Post.objects.count() == 1
    with pytest.raises(NotWatched):
        unwatch_tag("balancetontiktokeur")


def test_watching_again_is_one_line_of_the_list(watched):
    assert watch_tag("BALANCETONTIKTOKEUR", default_service="tiktok") == watched
    assert WatchedTag.objects.count() == 1


def test_the_watch_list_tells_how_much_came_in(watched):
    watch_tag("metoostar")
    receive_posts([said(1), said(2), said(3, service="mastodon", author="a@elsewhere.example")])
    assert [(one.hashtag, one.posts, one.counted) for one in watched_tags()] == [
        ("balancetontiktokeur", 2, 1),
        ("metoostar", 0, 0),
    ]


@pytest.mark.parametrize("tag", ["two words", "a.b", "#a#b", "x" * 300])
def test_what_could_never_be_a_hashtag_is_refused(db, tag):
    with pytest.raises(NotAHashtag):
        watch_tag(tag)


def test_an_empty_hashtag_is_refused(db):
    with pytest.raises(EmptyHashtag):
        watch_tag(" # ")
