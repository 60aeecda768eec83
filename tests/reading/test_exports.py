"""Native exports, told apart by their shape."""

import msgspec
import pytest

from rempart.reading.exports import parse_posts
from rempart.records.lines import BadLine

TWEET = {
    "id": "1273",
    "text": "il m'a écrit https://t.co/abc &amp; voilà",
    "author_id": "42",
    "created_at": "2020-06-18T12:00:00.000Z",
    "lang": "fr",
    "conversation_id": "1270",
    "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://www.tiktok.com/@leo.vrtx"}]},
}
RECORD = {"$type": "app.bsky.feed.post", "text": "bonjour", "createdAt": "2024-01-02T03:04:05.678Z", "langs": ["fr"]}
EVENT = {
    "did": "did:plc:abc",
    "time_us": 1725911162329308,
    "kind": "commit",
    "commit": {
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3kx",
        "record": RECORD,
        "cid": "bafy",
    },
}
STATUS = {
    "id": "109",
    "created_at": "2023-01-02T03:04:05.000Z",
    "language": "fr",
    "content": "<p>bonjour</p>",
    "account": {
        "acct": "lea",
        "username": "lea",
        "url": "https://piaille.example/@lea",
        "created_at": "2022-11-01T00:00:00.000Z",
    },
    "mentions": [],
    "reblog": None,
}


def only(raw):
    (post,) = parse_posts(raw)
    return post


def test_a_plain_post_is_itself():
    raw = {"id": "1", "service": "tiktok", "author": "a", "created_at": "2020-06-18T12:00:00Z", "text": "t", "likes": 4}
    assert (only(raw).id, only(raw).extra) == ("1", {"likes": 4})


def test_a_tweets_addresses_and_signs_are_written_in_full():
    assert only(TWEET).text == "il m'a écrit https://www.tiktok.com/@leo.vrtx & voilà"


def test_the_author_of_a_tweet_is_the_user_that_came_along():
    page = {
        "data": [TWEET],
        "includes": {"users": [{"id": "42", "username": "mina", "created_at": "2019-01-01T00:00:00.000Z"}]},
    }
    assert (only(page).author, only(TWEET).author, only(page).author_created_at.year) == ("mina", "42", 2019)


def test_a_long_tweet_is_read_whole():
    assert only({**TWEET, "note_tweet": {"text": "tout le texte"}}).text == "tout le texte"


def test_a_retweet_has_the_whole_text_of_what_it_repeats():
    retweet = {
        **TWEET,
        "id": "9",
        "text": "RT @mina: il m'a…",
        "referenced_tweets": [{"type": "retweeted", "id": "1273"}],
    }
    post = only({"data": [retweet], "includes": {"tweets": [TWEET]}})
    assert (post.repost_of, post.text.endswith("voilà")) == ("1273", True)


def test_a_reply_on_x_says_to_what():
    assert only({**TWEET, "referenced_tweets": [{"type": "replied_to", "id": "7"}]}).in_reply_to == "7"


def test_a_page_without_tweets_is_no_error():
    assert parse_posts({"meta": {"result_count": 0}}) == []


def test_a_jetstream_event_has_its_at_uri_for_id():
    assert (only(EVENT).id, only(EVENT).author) == ("at://did:plc:abc/app.bsky.feed.post/3kx", "did:plc:abc")


@pytest.mark.parametrize(
    "raw",
    [
        {**EVENT, "commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "3kx"}},
        {**EVENT, "commit": {**EVENT["commit"], "collection": "app.bsky.feed.like"}},
        {"did": "did:plc:abc", "time_us": 1, "kind": "identity", "identity": {}},
        {"event": "delete", "payload": "109"},
        {"$type": "app.bsky.feed.like", "createdAt": "2024-01-02T03:04:05Z", "uri": "at://x/y/z"},
    ],
)
def test_what_is_no_post_gives_nothing_quietly(raw):
    assert parse_posts(raw) == []


def test_a_bare_bluesky_record_is_told_by_what_stands_beside_it():
    assert only({**RECORD, "uri": "at://did:plc:abc/app.bsky.feed.post/3kx"}).author == "did:plc:abc"


def test_a_bluesky_view_names_its_author_by_handle():
    view = {
        "uri": "at://did:plc:abc/app.bsky.feed.post/3kx",
        "author": {"did": "did:plc:abc", "handle": "lea.bsky.social"},
        "record": RECORD,
    }
    assert [post.author for post in parse_posts({"posts": [view]})] == ["lea.bsky.social"]


def test_a_shortened_bluesky_link_is_put_back_in_full():
    text = "é lui tiktok.com/@leo.v..."
    start = len("é lui ".encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": len(text.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://www.tiktok.com/@leo.vrtx"}],
    }
    record = {**RECORD, "text": text, "facets": [facet]}
    assert (
        only({**EVENT, "commit": {**EVENT["commit"], "record": record}}).text
        == "é lui https://www.tiktok.com/@leo.vrtx"
    )


def test_a_bluesky_reply_says_to_what():
    record = {**RECORD, "reply": {"root": {"uri": "at://r", "cid": "x"}, "parent": {"uri": "at://p", "cid": "y"}}}
    assert only({**EVENT, "commit": {**EVENT["commit"], "record": record}}).in_reply_to == "at://p"


def test_a_mastodon_status_is_plain_text_with_full_names_and_links():
    content = (
        '<p><span class="h-card"><a href="https://mastodon.example/@leo" class="mention">@<span>leo</span></a></span>'
        ' voilà<br><a href="https://www.tiktok.com/@leo.vrtx?a=1&amp;b=2"><span class="invisible">https://www.</span>'
        "<span>tiktok.com/@leo</span></a></p>"
        '<p>fin &lt;3 <a href="https://piaille.example/tags/balance" class="hashtag">#<span>balance</span></a></p>'
    )
    assert only({**STATUS, "content": content}).text == (
        "@leo@mastodon.example voilà\nhttps://www.tiktok.com/@leo.vrtx?a=1&b=2\n\nfin <3 #balance"
    )


def test_a_mastodon_author_has_the_host():
    assert only(STATUS).author == "lea@piaille.example"


def test_a_mastodon_boost_repeats_what_it_boosts():
    boosted = only({**STATUS, "id": "110", "content": "", "reblog": {**STATUS, "content": "<p>le texte</p>"}})
    assert (boosted.id, boosted.repost_of, boosted.text) == ("110", "109", "le texte")


def test_a_mastodon_streaming_event_holds_its_status_as_text():
    assert only({"event": "update", "payload": msgspec.json.encode(STATUS).decode()}).id == "109"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"id": "1", "service": "tiktok", "author": "a", "text": "t"}, "created_at"),
        ({"id": "1", "service": "nulle", "author": "a", "created_at": "2020-06-18T12:00:00Z", "text": "t"}, "service"),
        ({"id": "1", "author": "a", "created_at": "2020-06-18T12:00:00Z", "text": "t"}, "service"),
        ({**TWEET, "created_at": "hier"}, "created_at"),
        ({key: value for key, value in TWEET.items() if key != "author_id"}, "author_id"),
        ({"data": [TWEET, {**TWEET, "created_at": 3}]}, "data.1.created_at"),
        ({**EVENT, "commit": {**EVENT["commit"], "record": {**RECORD, "createdAt": "x"}}}, "commit.record.createdAt"),
        (
            {**EVENT, "commit": {**EVENT["commit"], "record": {"$type": "app.bsky.feed.post", "createdAt": "x"}}},
            "commit.record.text",
        ),
        ({**STATUS, "content": None}, "content"),
        ({**STATUS, "account": {}}, "account.acct"),
        ({"foo": 1}, "id"),
    ],
)
def test_a_bad_line_names_the_field_as_its_service_calls_it(raw, field):
    with pytest.raises(BadLine) as caught:
        parse_posts(raw)
    assert caught.value.field == field


@pytest.mark.parametrize("piece", ["<a>", "<", "<p>", "</p> ", "<a href='x'>y"])
def test_broken_html_of_any_length_is_read(piece):
    assert only({**STATUS, "content": piece * 4_000}).id == "109"  # it would never end if a tag were tried twice


@pytest.mark.parametrize("code", ["und", "zxx", "qme"])
def test_x_not_knowing_the_language_is_no_language(code):
    assert only({**TWEET, "lang": code}).lang is None


def test_a_tweet_that_quotes_one_and_answers_another_is_a_reply_and_no_repost():
    references = [{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "7"}]
    post = only({**TWEET, "referenced_tweets": references})
    assert (post.in_reply_to, post.repost_of) == ("7", None)


def test_a_long_tweet_has_its_own_addresses():
    note = {
        "text": "lui https://t.co/z",
        "entities": {"urls": [{"url": "https://t.co/z", "expanded_url": "https://www.tiktok.com/@leo.vrtx"}]},
    }
    assert only({**TWEET, "note_tweet": note}).text == "lui https://www.tiktok.com/@leo.vrtx"


@pytest.mark.parametrize(
    "written", ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000000000Z", "2024-01-02T05:04:05.000+02:00"]
)
def test_a_bluesky_time_of_any_precision_is_the_same_moment(written):
    post = only({**EVENT, "commit": {**EVENT["commit"], "record": {**RECORD, "createdAt": written}}})
    assert post.created_at.timestamp() == 1704164645


def test_a_bluesky_repost_is_no_post_of_its_own():
    record = {"$type": "app.bsky.feed.repost", "createdAt": "2024-01-02T03:04:05Z", "subject": {"uri": "at://x"}}
    commit = {**EVENT["commit"], "collection": "app.bsky.feed.repost", "record": record}
    assert parse_posts({**EVENT, "commit": commit}) == []


def test_a_bluesky_post_that_quotes_another_says_its_own_words_alone():
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": "at://x/app.bsky.feed.post/1", "cid": "c"}}
    record = {**RECORD, "embed": quoted, "langs": []}
    post = only({**EVENT, "commit": {**EVENT["commit"], "record": record}})
    assert (post.text, post.lang, post.repost_of) == ("bonjour", None, None)


def test_a_mastodon_content_warning_is_part_of_what_is_said_and_emoji_pictures_are_not():
    status = {
        **STATUS,
        "spoiler_text": "agression :blob:",
        "content": "<p>il m&#39;a &eacute;crit sur snap :blob:</p>",
        "emojis": [{"shortcode": "blob", "url": "https://piaille.example/blob.png"}],
        "visibility": "private",
    }
    assert only(status).text.split() == ["agression", "il", "m'a", "écrit", "sur", "snap"]


def test_an_edited_mastodon_status_is_read_anew():
    assert only({"event": "status.update", "payload": msgspec.json.encode(STATUS).decode()}).text == "bonjour"
