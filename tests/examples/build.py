"""Write the shipped example wave in native shapes, and its gold labels, from the hand-written texts in posts/.

`python tests/examples/build.py` writes {x,bluesky,mastodon}.jsonl in src/rempart/examples/wave/, and gold.jsonl here.
People write the texts and the labels; this script makes up the envelopes only (ids, accounts, times to the second), the
same ones each time. The line above each text reads

    SERVICE AUTHOR DAY HH:MM STANCE [account …] [conduct …] [>service] [<service] [age] [!evidence] [=name] [^name]

SERVICE is x, b or m; DAY a day of June 2026 and HH:MM in Paris; STANCE the first letter of a stance of the contract.
An account is on TikTok unless it says `service:handle`; `>` says where the facts took place, `<` where contact began;
`minor` and `adult` stand for an age that the text does not give; `=name` names a post, `^name` answers it, `q:name`
quotes it, `rt:name` repeats it; `new` is an account made that day, `en` a post in English; `brigade`, `careful`,
`mistaken` and `false` say what the reader of a text cannot know (they go into the gold's `kind`).
"""

import hashlib
import html
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from rempart.records.vocabulary import CONDUCTS, MentionedEvidence

HERE = Path(__file__).parent
WAVE = HERE.parents[1] / "src" / "rempart" / "examples" / "wave"
PARIS = ZoneInfo("Europe/Paris")

SERVICES = {"x": "twitter", "b": "bluesky", "m": "mastodon"}
STANCES = {"T": "testimony", "R": "relay", "S": "support", "D": "dispute", "N": "news", "O": "other"}
SHORT = {"snap": "snapchat", "insta": "instagram"}
KINDS = ("brigade", "careful", "mistaken", "false")
EVIDENCE = get_args(MentionedEvidence)

_HEADER = re.compile(r"^([xbm]) (\S+) (\d\d) (\d\d):(\d\d)(?: (.*))?$")
_WORDS: dict[str, tuple[str, Any]] = {
    **{letter: ("stance", stance) for letter, stance in STANCES.items()},
    **{kind: ("kind", kind) for kind in KINDS},
    "minor": ("minor", True),
    "adult": ("minor", False),
    "new": ("new", True),
    "en": ("lang", "en"),
}
_NAMES = {"=": "name", "^": "reply", "q:": "quote", "rt:": "repost"}
_NAMED = re.compile(r"(=|\^|q:|rt:)(.+)")
_TAG = re.compile(r"#(\w+)")
_URL = re.compile(r"https?://[^\s,;]*[^\s,;.?!)»]")
_X_MENTION = re.compile(r"(?<!\w)@(\w{1,15})")


@dataclass(kw_only=True)
class Written:
    """A text, who wrote it when, and what its author meant to say (the gold)."""

    service: str
    author: str
    at: datetime
    text: str
    stance: str | None = None
    about: list[dict[str, str]] = field(default_factory=list)
    conduct: list[str] = field(default_factory=list)
    conduct_services: list[str] = field(default_factory=list)
    met_on: list[str] = field(default_factory=list)
    age: int | None = None
    minor: bool | None = None
    evidence: list[str] = field(default_factory=list)
    name: str | None = None
    reply: str | None = None
    quote: str | None = None
    repost: str | None = None
    new: bool = False
    lang: str = "fr"
    kind: str | None = None
    id: str = ""


def number(*parts: object, below: int) -> int:
    """A number that looks drawn at random and is always the same for the same parts."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def written(folder: Path = HERE / "posts") -> list[Written]:
    """The posts of the authoring files, with their ids, oldest first. Raises ValueError naming file and line."""
    posts: list[Written] = []
    for file in sorted(folder.glob("*.txt")):
        posts += _posts_of(file)
    posts.sort(key=lambda post: (post.at, post.author))
    for place, post in enumerate(posts):
        post.id = _id(post, place)
    named = {post.name: post for post in posts if post.name}
    for post in posts:
        if post.repost:
            _repeat(post, named[post.repost])
    return posts


def _posts_of(file: Path) -> Iterator[Written]:
    post: Written | None = None
    for line_number, line in enumerate(file.read_text().split("\n"), start=1):
        header = _HEADER.match(line)
        if header:
            if post:
                yield _ended(post)
            try:
                post = _header(header)
            except ValueError as error:
                raise ValueError(f"{file.name}:{line_number}: {error}") from error
        elif line.startswith("# "):
            if post:
                yield _ended(post)
            post = None
        elif post:
            post.text += line + "\n"
    if post:
        yield _ended(post)


def _ended(post: Written) -> Written:
    post.text = post.text.strip()
    return post


def _header(header: re.Match[str]) -> Written:
    letter, author, day, hour, minute, rest = header.groups()
    second = number("second", author, day, hour, minute, below=60)
    at = datetime(2026, 6, int(day), int(hour), int(minute), second, tzinfo=PARIS)
    post = Written(service=SERVICES[letter], author=author, at=at, text="")
    for word in (rest or "").split():
        _label(post, word)
    return post


def _label(post: Written, word: str) -> None:
    """Take one word of a header for what its form says it is."""
    sign, value = word[0], word[1:]
    if sign == ">":
        post.conduct_services.append(SHORT.get(value, value))
    elif sign == "<":
        post.met_on.append(SHORT.get(value, value))
    elif sign == "!":
        if value not in EVIDENCE:
            raise ValueError(f"no such evidence: {value}")
        post.evidence.append(value)
    elif word.isdigit():
        post.age, post.minor = int(word), int(word) < 18
    elif word in CONDUCTS:
        post.conduct.append(word)
    elif word in _WORDS:
        setattr(post, *_WORDS[word])
    elif reference := _NAMED.match(word):
        setattr(post, _NAMES[reference[1]], reference[2])
    else:
        service, _, handle = word.rpartition(":")
        post.about.append({"service": service or "tiktok", "handle": handle})


def _repeat(post: Written, original: Written) -> None:
    """A repost has the words and labels of the original; a testimony told again is a relay."""
    post.stance = "relay" if original.stance == "testimony" else original.stance
    for name in ("text", "about", "conduct", "conduct_services", "met_on", "age", "minor", "evidence", "lang", "kind"):
        setattr(post, name, getattr(original, name))


# Envelopes


def utc(at: datetime, *, digits: int = 3) -> str:
    """RFC 3339 in UTC with as many digits of a second."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{number('fraction', at, below=10**digits):0{digits}}Z"


def snowflake(at: datetime, salt: object) -> str:
    """An id as X gives them: milliseconds since 2010-11-04T01:42:54.657Z above 22 bits."""
    return str((int(at.timestamp() * 1000) - 1288834974657) << 22 | number("snowflake", at, salt, below=1 << 22))


def tid(at: datetime, salt: object) -> str:
    """A record key of the AT Protocol: microseconds and a clock id, in sortable base 32."""
    value = int(at.timestamp()) * 1_000_000 + number("tid", at, salt, below=1_000_000)
    value = value << 10 | number("clock", salt, below=1024)
    alphabet = "234567abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[value >> shift & 31] for shift in range(60, -1, -5))


def base32(salt: object, length: int) -> str:
    """Lower-case base 32 as in DIDs and CIDs."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(alphabet[number("base32", salt, place, below=32)] for place in range(length))


def did(author: str) -> str:
    """The DID of an author."""
    return "did:plc:" + base32(("did", author), 24)


def joined(post: Written) -> datetime:
    """When the author opened the account: years ago, in the hours before a raid, or in one batch to be sold later."""
    age = number("joined", post.author, below=7 * 365 * 86400)
    if post.new:
        return datetime(2026, 6, 18, 20, 45, tzinfo=PARIS) - timedelta(seconds=age % (9 * 3600))
    if post.kind == "careful":
        return datetime(2025, 2, 7, tzinfo=PARIS) - timedelta(seconds=age % (4 * 86400))
    return datetime(2026, 1, 10, tzinfo=PARIS) - timedelta(seconds=age)


def _id(post: Written, place: int) -> str:
    if post.service == "bluesky":
        return tid(post.at, (post.author, place))
    if post.service == "mastodon":
        # Mastodon's ids: milliseconds since 1970 above 16 bits.
        return str(int(post.at.timestamp() * 1000) << 16 | number("mastodon", place, below=1 << 16))
    return snowflake(post.at, (post.author, place))


def gold_id(post: Written) -> str:
    """The id that reading gives the post: on Bluesky the address of the record."""
    if post.service == "bluesky":
        return f"at://{did(post.author)}/app.bsky.feed.post/{post.id}"
    return post.id


def x_tweet(post: Written, named: dict[str | None, Written]) -> dict[str, Any]:
    """One message of X API v2's filtered stream: the tweet object, its author and what it refers to."""
    original = named.get(post.repost)
    users, tweets = [_x_user(post)], []
    references = []
    text = post.text
    if original:
        text = f"RT @{original.author}: {original.text}"
        text = text if len(text) <= 140 else text[:139] + "…"
        references.append({"type": "retweeted", "id": original.id})
        users.append(_x_user(original))
        tweets.append(_x_data(original, original.text, []))
    for kind, other in (("replied_to", named.get(post.reply)), ("quoted", named.get(post.quote))):
        if other:
            references.append({"type": kind, "id": other.id})
            users.append(_x_user(other))
    includes: dict[str, Any] = {"users": list({user["id"]: user for user in users}.values())}
    if tweets:
        includes["tweets"] = tweets
    data = _x_data(post, text, references, named.get(post.reply))
    return {
        "data": data,
        "includes": includes,
        "matching_rules": [{"id": "2067153364894027776", "tag": "balancetontiktokeur"}],
    }


def _x_user(post: Written) -> dict[str, Any]:
    name = re.sub(r"[_\d]+", " ", post.author).strip() or post.author
    return {
        "id": snowflake(joined(post), post.author),
        "username": post.author,
        "name": name,
        "created_at": utc(joined(post)),
        "protected": False,
        "verified": False,
        "public_metrics": {
            "followers_count": number("followers", post.author, below=9 if post.new else 2400),
            "following_count": number("following", post.author, below=900),
            "tweet_count": number("tweets", post.author, below=12 if post.new else 40_000),
            "listed_count": 0,
        },
    }


def _x_data(
    post: Written, text: str, references: list[dict[str, str]], answered: Written | None = None
) -> dict[str, Any]:
    author_id = snowflake(joined(post), post.author)
    text, urls = _shortened(html.escape(text, quote=False), post)
    entities = _x_entities(text, urls)
    data: dict[str, Any] = {
        "id": post.id,
        "text": text,
        "author_id": author_id,
        "conversation_id": answered.id if answered else post.id,
        "created_at": utc(post.at, digits=3)[:-4] + "000Z",
        "edit_history_tweet_ids": [post.id],
        "lang": post.lang,
        "possibly_sensitive": False,
        "public_metrics": {
            "retweet_count": number("retweets", post.id, below=40),
            "reply_count": number("replies", post.id, below=12),
            "like_count": number("likes", post.id, below=300),
            "quote_count": number("quotes", post.id, below=4),
        },
        "reply_settings": "everyone",
    }
    if answered:
        data["in_reply_to_user_id"] = snowflake(joined(answered), answered.author)
    if references:
        data["referenced_tweets"] = references
    if len(text) > 280:
        # Longer than a tweet used to be: the whole text is in note_tweet, the rest is cut.
        link = f"https://t.co/{base32(('t.co', post.id), 10)}"
        data["note_tweet"] = {"text": text, "entities": entities} if entities else {"text": text}
        data["text"] = text[:276].rstrip() + "… " + link
        cut = len(data["text"]) - len(link)
        entities = {key: [item for item in items if item["end"] < cut] for key, items in entities.items()}
        entities = {key: items for key, items in entities.items() if items}
    if entities:
        data["entities"] = entities
    return data


def _shortened(text: str, post: Written) -> tuple[str, list[dict[str, Any]]]:
    """The text with its links as t.co's, and where they lead."""
    urls: list[dict[str, Any]] = []

    def shorten(match: re.Match[str]) -> str:
        short = f"https://t.co/{base32(('t.co', post.id, len(urls)), 10)}"
        shown = match[0].removeprefix("https://").removeprefix("www.")
        shown = shown if len(shown) <= 26 else shown[:26] + "…"
        urls.append({"url": short, "expanded_url": match[0], "display_url": shown})
        return short

    return _URL.sub(shorten, text), urls


def _x_entities(text: str, urls: list[dict[str, Any]]) -> dict[str, Any]:
    """X's entities; ranges count code points of the text as given, and X itself stops a handle at a full stop."""
    tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in _TAG.finditer(text)]
    mentions = [
        {"start": m.start(), "end": m.end(), "username": m[1], "id": snowflake(datetime(2019, 3, 1, tzinfo=UTC), m[1])}
        for m in _X_MENTION.finditer(text)
    ]
    placed = [{"start": (at := text.index(url["url"])), "end": at + len(url["url"]), **url} for url in urls]
    return {key: items for key, items in (("hashtags", tags), ("mentions", mentions), ("urls", placed)) if items}


def jetstream(post: Written, named: dict[str | None, Written]) -> dict[str, Any]:
    """A commit event as Jetstream gives it."""
    data = post.text.encode()
    facets = []
    for kind, pattern in (("tag", _TAG), ("link", _URL)):
        for match in pattern.finditer(post.text):
            start = len(post.text[: match.start()].encode())
            feature = {"tag": match[1]} if kind == "tag" else {"uri": match[0]}
            facets.append(
                {
                    "$type": "app.bsky.richtext.facet",
                    "index": {"byteStart": start, "byteEnd": start + len(match[0].encode())},
                    "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}],
                }
            )
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "createdAt": utc(post.at),
        "langs": [post.lang],
        "text": data.decode(),
    }
    if facets:
        record["facets"] = sorted(facets, key=lambda facet: facet["index"]["byteStart"])
    if post.reply:
        strong = _strong(named[post.reply])
        record["reply"] = {"root": strong, "parent": strong}
    if post.quote:
        record["embed"] = {"$type": "app.bsky.embed.record", "record": _strong(named[post.quote])}
    return {
        "did": did(post.author),
        "time_us": int(post.at.timestamp()) * 1_000_000 + 1_000_000 + number("time_us", post.id, below=900_000),
        "kind": "commit",
        "commit": {
            "rev": tid(post.at + timedelta(seconds=1), ("rev", post.id)),
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": post.id,
            "record": record,
            "cid": "bafyrei" + base32(("cid", post.id), 52),
        },
    }


def _strong(post: Written) -> dict[str, str]:
    return {"cid": "bafyrei" + base32(("cid", post.id), 52), "uri": gold_id(post)}


def status(post: Written, named: dict[str | None, Written]) -> dict[str, Any]:
    """A Mastodon Status, as the server piaille.example would give it."""
    original = named.get(post.repost)
    answered = named.get(post.reply)
    user, _, host = post.author.partition("@")
    acct = user if host == "piaille.example" else post.author
    address = f"https://{host}/@{user}/{post.id}"
    tags = [] if original else list(dict.fromkeys(tag.lower() for tag in _TAG.findall(post.text)))
    return {
        "id": post.id,
        "created_at": utc(post.at),
        "in_reply_to_id": answered.id if answered else None,
        "in_reply_to_account_id": _mastodon_id(answered) if answered else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": None if original else post.lang,
        "uri": f"https://{host}/users/{user}/statuses/{post.id}",
        "url": None if original else address,
        "replies_count": number("replies", post.id, below=9),
        "reblogs_count": number("reblogs", post.id, below=60),
        "favourites_count": number("favourites", post.id, below=90),
        "edited_at": None,
        "content": "" if original else _content(post),
        "reblog": status(original, named) if original else None,
        "account": {
            "id": _mastodon_id(post),
            "username": user,
            "acct": acct,
            "display_name": user.replace("_", " ").replace(".", " "),
            "locked": False,
            "bot": False,
            "created_at": joined(post).astimezone(UTC).strftime("%Y-%m-%dT00:00:00.000Z"),
            "note": "",
            "url": f"https://{host}/@{user}",
            "followers_count": number("followers", post.author, below=4 if post.new else 900),
            "following_count": number("following", post.author, below=400),
            "statuses_count": number("statuses", post.author, below=5 if post.new else 5000),
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag, "url": f"https://piaille.example/tags/{tag}"} for tag in tags],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _mastodon_id(post: Written) -> str:
    return str(int(joined(post).timestamp() * 1000) << 16 | number("account", post.author, below=1 << 16))


def _content(post: Written) -> str:
    """The HTML that Mastodon makes of a text."""

    def link(match: re.Match[str]) -> str:
        shown = match[0].removeprefix("https://")
        head, rest = (shown[:30], shown[30:]) if len(shown) > 30 else (shown, "")
        ellipsis = "ellipsis" if rest else ""
        return (
            f'<a href="{match[0]}" target="_blank" rel="nofollow noopener" translate="no">'
            f'<span class="invisible">https://</span><span class="{ellipsis}">{head}</span>'
            f'<span class="invisible">{rest}</span></a>'
        )

    def tag(match: re.Match[str]) -> str:
        address = f"https://piaille.example/tags/{match[1].lower()}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{match[1]}</span></a>'

    text = html.escape(post.text, quote=False)
    text = _TAG.sub(tag, _URL.sub(link, text))
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in text.split("\n\n"))


def gold(post: Written) -> dict[str, Any]:
    """The labels, by the definitions of a statement. The facts are labelled for testimonies and relays alone."""
    told = post.stance in {"testimony", "relay"}
    return {
        "service": post.service,
        "id": gold_id(post),
        "kind": post.kind or ("repost" if post.repost else post.stance),
        "stance": post.stance,
        "accused": post.about if told else [],
        "concerns": post.about,
        "conduct": post.conduct,
        "conduct_services": post.conduct_services,
        "met_on": post.met_on,
        "complainant_age": post.age,
        "complainant_minor": post.minor,
        "evidence": post.evidence,
    }


def files() -> dict[Path, str]:
    """Every file written, and its content."""
    posts = written()
    named: dict[str | None, Written] = {post.name: post for post in posts if post.name}
    shapes = (("x", "twitter", x_tweet), ("bluesky", "bluesky", jetstream), ("mastodon", "mastodon", status))
    content = {
        WAVE / f"{name}.jsonl": [shape(post, named) for post in posts if post.service == service]
        for name, service, shape in shapes
    }
    content[HERE / "gold.jsonl"] = [gold(post) for post in posts]
    return {path: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) for path, rows in content.items()}


def main() -> None:
    """Write the files, and say how many posts of each kind there are."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    kinds: dict[str, int] = {}
    for post in written():
        kind = gold(post)["kind"]
        kinds[kind] = kinds.get(kind, 0) + 1
    sys.stdout.write(f"{sum(kinds.values())} posts: {', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}\n")


if __name__ == "__main__":
    main()
