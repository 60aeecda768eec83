"""A hashtag's raw posts over half a day, in the shapes of the services they were made on, as noisy as a real one.

Testimonies, relays and disputes come from the simulator, told in public; around them a crowd supports, jokes, reports,
hijacks, sells, repeats and answers. The wave rises within two hours or three and decays until the evening.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rempart.records import AccountReference, Service, Testimony
from rempart.replay.crowd import TALK, as_typed, say
from rempart.replay.dice import Dice, Weighted
from rempart.replay.native import Draft, Native, commit, status, tweet
from rempart.replay.parameters import Parameters
from rempart.replay.phrases import SERVICE_NAMES, Language, language_of
from rempart.replay.simulator import stream
from rempart.replay.stars import Star

TAG = "balancetontiktokeur"
_OTHER_TAGS = ("metoo", "jetecrois", "tiktokfrance", "mineurs", "JusticePourElles")

# Half a day in the open: everything is quicker than through a platform's own channels, and all of it is public. Such a
# hashtag is about one service's stars, and says which: under it, a handle alone is enough.
HALF_A_DAY = Parameters(
    begins=datetime(2026, 3, 7, 9, 30, tzinfo=UTC),
    spread=2.5,
    lasts=12.0,
    echo=1.3,
    channels={"public_post": 1.0},
    services={"tiktok": 1.0},
    known_creation=1.0,
)

_SHAPES = Weighted({tweet: 0.72, commit: 0.14, status: 0.14})
_REMEMBERED = 4_000  # how many earlier posts may be repeated or answered


def raw_posts(
    *, accounts: int, posts: int, seed: int, parameters: Parameters = HALF_A_DAY
) -> tuple[list[Star], Iterator[Native]]:
    """The accounts accused and `posts` posts about them, oldest first: the same for a seed on every machine.

    When the testimonies would be more than a tenth of the posts, the latest of the longest threads are left out.
    Raises ValueError when `accounts` or `posts` is negative.
    """
    if posts < 0:
        raise ValueError("`posts` is negative")
    stars, testimonies = stream(accounts=accounts, seed=seed, parameters=parameters)
    told = [testimony for testimony in testimonies if testimony.text]
    return stars, _Crowd(Dice(seed + 2), stars, _fewer(told, posts // 10), posts, parameters).posts()


def _fewer(told: list[Testimony], most: int) -> list[Testimony]:
    """At most this many, the first ones of every account before the later ones of any."""
    ranks: dict[object, int] = {}
    ranked = []
    for place, testimony in enumerate(told):
        rank = ranks[testimony.about] = ranks.get(testimony.about, -1) + 1
        ranked.append((rank, place))
    kept = sorted(place for _, place in sorted(ranked)[:most])
    return [told[place] for place in kept]


class _Crowd:
    """Everybody who posts under the hashtag."""

    def __init__(
        self, dice: Dice, stars: list[Star], told: list[Testimony], posts: int, parameters: Parameters
    ) -> None:
        self._dice = dice
        self._stars = stars
        self._told = told
        self._posts = posts
        self._parameters = parameters
        self._recent: dict[object, list[Draft]] = {tweet: [], commit: [], status: []}

    def posts(self) -> Iterator[Native]:
        """All posts by time."""
        begins = self._parameters.begins
        noise = sorted(self._moment() for _ in range(self._posts - len(self._told)))
        told = iter(self._told)
        next_told = next(told, None)
        number = 0
        for seconds in [*noise, None]:
            at = begins + timedelta(seconds=seconds) if seconds is not None else None
            while next_told is not None and (at is None or next_told.received_at <= at):
                yield self._shaped(self._from_testimony(number, next_told))
                number += 1
                next_told = next(told, None)
            if at is not None:
                yield self._shaped(self._noise(number, at))
                number += 1

    def _moment(self) -> int:
        """Seconds after the beginning: a rise over two hours or so, then a decay (a sum of two waiting times)."""
        lasts = self._parameters.lasts
        while True:
            at = self._dice.waiting(lasts / 6) + self._dice.waiting(lasts / 6)
            if at < lasts:
                return int(at * 3600)

    def _from_testimony(self, number: int, testimony: Testimony) -> Draft:
        dice = self._dice
        text = testimony.text or ""
        handle = testimony.about.handle
        name = dice.pick(SERVICE_NAMES[testimony.about.service])
        if handle not in text and dice.chance(0.85):
            text = dice.pick((f"@{handle} {text}", f"{text} (@{handle} {name})", f"{text} {_address(testimony.about)}"))
        elif dice.chance(0.45):
            text = text.replace(handle, f"{handle} {dice.pick((f'({name})', f'de {name}', name))}", 1)
        if dice.chance(0.9):
            text = dice.pick((f"#{TAG} {text}", f"{text} #{TAG}"))
        if dice.chance(0.12):
            text += " " + dice.pick(("@presse.example", "@asso.entraide", "@ministere.example"))
        return Draft(
            number=number,
            at=testimony.received_at,
            author="u" + testimony.reporter.id,
            author_created_at=testimony.reporter.account_created_at,
            text=as_typed(dice, text),
            language=language_of(text),
            tags=[TAG],
        )

    def _noise(self, number: int, at: datetime) -> Draft:
        dice = self._dice
        language: Language = "fr" if dice.chance(self._parameters.french) else "en"
        created = at - timedelta(days=dice.heavy(2, 0.5, 4_000))
        draft = Draft(
            number=number,
            at=at,
            author=f"{dice.pick(_NAMES)}{int(dice.random() * 90_000)}",
            author_created_at=created.replace(microsecond=0),
            text="",
            language=language,
            tags=[TAG],
        )
        if dice.chance(0.27):
            return draft  # a repeat: of what, is known once its service is
        talk = TALK.draw(dice)
        text = say(dice, talk, language, who=self._someone(), tag=f"#{TAG}")
        if dice.chance(0.25):
            other = dice.pick(_OTHER_TAGS)
            text, draft.tags = f"{text} #{other}", [TAG, other]
        if TAG not in text and dice.chance(0.85):
            text = f"{text} #{TAG}"
        draft.text = as_typed(dice, text)
        return draft

    def _someone(self) -> str:
        """One of the accounts accused, the famous ones first; `lui` when there is none."""
        dice = self._dice
        if not self._stars:
            return "lui"
        handle = self._stars[int(len(self._stars) * dice.random() ** 2)].about.handle
        return f"@{handle}" if dice.chance(0.6) else handle.split(".", 1)[0].capitalize()

    def _shaped(self, draft: Draft) -> Native:
        dice = self._dice
        shape = _SHAPES.draw(dice)
        recent = self._recent[shape]
        if not draft.text:
            earlier = self._earlier(recent)
            if earlier is None or shape is commit:
                # Bluesky's repeats are records of another kind, which a search for a hashtag does not return.
                draft.text = say(dice, "chatter", "fr", who=self._someone(), tag=f"#{TAG}")
                draft.language = "fr"
            else:
                draft.repeats = earlier
                draft.text = earlier.text
                draft.language = earlier.language
        elif dice.chance(0.18):
            draft.answers = self._earlier(recent)
        native = shape(draft)
        if draft.repeats is None:
            draft.answers = None  # so that a thread does not keep all of its past in memory
            if len(recent) < _REMEMBERED:
                recent.append(draft)
            else:
                recent[int(dice.random() * _REMEMBERED)] = draft
        return native

    def _earlier(self, recent: list[Draft]) -> Draft | None:
        """An earlier post; the first ones are repeated most."""
        return recent[int(len(recent) * self._dice.random() ** 1.5)] if recent else None


_PROFILES: dict[Service, str] = {
    "tiktok": "tiktok.com/@",
    "instagram": "instagram.com/",
    "youtube": "youtube.com/@",
    "twitch": "twitch.tv/",
    "snapchat": "snapchat.com/add/",
    "twitter": "x.com/",
}


def _address(about: AccountReference) -> str:
    return _PROFILES[about.service] + about.handle


_NAMES = (
    "lila",
    "enzo_",
    "maelys.",
    "kenza",
    "nono",
    "sam__",
    "ines",
    "theo.",
    "zoe",
    "le_jules",
    "clem",
    "yanis",
    "mxrie",
    "jade.",
)
