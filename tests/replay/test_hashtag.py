"""Raw posts have the shapes of their services, as many as asked, over half a day."""

import hashlib
from collections import Counter

import msgspec
import pytest

from rempart.reading.exports import parse_posts
from rempart.replay.hashtag import HALF_A_DAY, TAG, raw_posts


@pytest.fixture(scope="module")
def wave():
    stars, natives = raw_posts(accounts=30, posts=3_000, seed=9)
    return stars, list(natives)


@pytest.fixture(scope="module")
def posts(wave):
    return [post for native in wave[1] for post in parse_posts(msgspec.json.decode(msgspec.json.encode(native)))]


def test_as_many_posts_as_asked_and_each_is_read(posts):
    assert len(posts) == 3_000


def test_posts_have_ids_of_their_own(posts):
    assert len({(post.service, post.id) for post in posts}) == 3_000


def test_three_services_are_mixed(posts):
    services = Counter(post.service for post in posts)
    assert services["twitter"] > services["bluesky"] > 200
    assert services["mastodon"] > 200


def test_posts_come_oldest_first_within_half_a_day(posts):
    times = [post.created_at for post in posts]
    assert times == sorted(times)
    assert (times[-1] - HALF_A_DAY.begins).total_seconds() <= HALF_A_DAY.lasts * 3600 + 1


def test_the_wave_rises_and_decays(posts):
    hours = Counter(int((post.created_at - HALF_A_DAY.begins).total_seconds() // 3600) for post in posts)
    assert max(hours, key=hours.__getitem__) in {1, 2, 3}
    assert hours[10] < hours[2] / 4


def test_a_quarter_are_repeats_and_some_are_answers(posts):
    assert 0.15 < sum(post.repost_of is not None for post in posts) / 3_000 < 0.35
    assert sum(post.in_reply_to is not None for post in posts) > 100


def test_testimonies_are_a_small_part_of_what_is_said(wave, posts):
    handles = [star.about.handle for star in wave[0]]
    naming = sum(any(handle in post.text for handle in handles) for post in posts if post.repost_of is None)
    assert 0.05 < naming / 3_000 < 0.5


def test_every_account_is_named(wave, posts):
    text = " ".join(post.text.lower() for post in posts)
    unnamed = [star for star in wave[0] if star.about.handle.split(".")[0] not in text]
    assert unnamed == []


def test_most_posts_carry_the_hashtag(posts):
    assert sum(TAG in post.text.lower() for post in posts) / 3_000 > 0.75


def test_texts_fit_their_services(posts):
    longest = Counter()
    for post in posts:
        longest[post.service] = max(longest[post.service], len(post.text))
    assert longest["bluesky"] <= 300


def test_a_seed_gives_the_same_posts_on_every_machine_and_python():
    _, natives = raw_posts(accounts=10, posts=300, seed=1)
    assert (
        hashlib.sha256(msgspec.json.encode(list(natives))).hexdigest()
        == "c074e87f1d7180eb9af62817144179d101aee089d2c045a0f2cc783c32e65ac3"
    )


def test_no_account_leaves_a_crowd_that_talks_of_nobody():
    _, natives = raw_posts(accounts=0, posts=50, seed=1)
    assert len(list(natives)) == 50


def test_a_negative_number_of_posts_is_refused():
    with pytest.raises(ValueError, match="posts"):
        raw_posts(accounts=1, posts=-1, seed=1)
