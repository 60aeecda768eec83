"""PostReader: a post in, a statement out; and which posts belong to a hashtag."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rempart.reading.ages import Age, find_age
from rempart.reading.facts import Fact, bare_facts, find_facts
from rempart.reading.grammar import Grammar, gazetteer, grammar
from rempart.reading.lexicon import Tokens, languages
from rempart.reading.people import Named, accused_of, find_people
from rempart.reading.places import Places, Where, find_places
from rempart.reading.screening import Screen
from rempart.reading.stances import find_cues, spoke_for, weigh
from rempart.records.post import Post, Ranges, Statement
from rempart.records.references import AccountReference, Service
from rempart.records.vocabulary import CONDUCTS, Conduct, MentionedEvidence, Stance
from rempart.text.normalise import Normalised, normalise

_MOST_REMEMBERED = 20_000
# Nobody speaks of more people than this from what they know: a longer list accuses nobody, it only concerns them.
_MOST_ACCUSED = 30
_MANUAL_REPOST = re.compile(r"\s*rt @[\w.]+(?:@[\w.-]+)?\s*:")
_HASHTAG = re.compile(r"#([^\s#@.,;:!?()\"']+)")


def hashtags(text: str) -> list[str]:
    """The hashtags that a text carries, without their sign, folded as `rempart.text.normalise` folds."""
    return hashtags_in(normalise(text).text)


def hashtags_in(folded: str) -> list[str]:
    """The hashtags that a normalised text carries, without their sign."""
    return _HASHTAG.findall(folded)


class Reading(NamedTuple):
    """What a text says, whoever posted it."""

    language: str
    stance: Stance
    probability: float
    accused: list[AccountReference]
    concerns: list[AccountReference]
    conduct: list[Conduct]
    conduct_services: list[Service]
    met_on: list[Service]
    age: int | None
    minor: bool | None
    evidence: list[MentionedEvidence]
    spans: dict[str, Ranges]


class Analysis(NamedTuple):
    """What was found in a text before its stance is told."""

    text: Normalised
    language: Grammar
    tokens: Tokens
    facts: list[Fact]
    people: list[Named]
    age: Age
    cues: list[str]


class PostReader:
    """Reads posts. The same post is always read the same way.

    default_service: where an @handle lives when the text names no service; the post's own service when None.
    hashtag: with it, `keeps` is true only of posts that carry the tag (whatever the case and accents), of their reposts
    and of the replies below them, provided that a reply comes after the post it answers.
    """

    def __init__(self, default_service: Service | None = None, hashtag: str | None = None) -> None:
        self._default_service = default_service
        self._hashtag = normalise(hashtag.removeprefix("#")).text if hashtag else None
        self._kept: set[tuple[str, str]] = set()
        self._grammars = {language: grammar(language) for language in languages()}
        self._gazetteer = gazetteer()
        self._screens = {language: Screen(found) for language, found in self._grammars.items()}
        self._remembered: dict[tuple[str, Service, bool, str | None], Reading] = {}

    def keeps(self, post: Post) -> bool:
        """Whether the post belongs to the hashtag asked for; always true without one."""
        if self._hashtag is None:
            return True
        tags = hashtags(post.text)
        above = post.in_reply_to or post.repost_of
        if self._hashtag in tags or (above is not None and (post.service, above) in self._kept):
            self._kept.add((post.service, post.id))
            return True
        return False

    def may_report(self, post: Post, folded: str | None = None) -> bool:
        """Whether the post's statement could name a conduct; false spares most of the cost of `read`.

        folded: the post's text as `rempart.text.normalise` folds it, where it is known already.
        """
        text = normalise(post.text).text if folded is None else folded
        return self._screens[self._language(text, post.lang).language].may_report(text)

    def says_nothing(self, word: str) -> bool:
        """Whether a folded word, in any language, is neither a function word nor of any meaning to conduct."""
        return all(
            word not in known.function_words and self._screens[language].says_nothing(word)
            for language, known in self._grammars.items()
        )

    def read(self, post: Post) -> Statement:
        """What the post says."""
        service = self._default_service or post.service
        key = (post.text, service, post.in_reply_to is not None, post.lang)
        reading = self._remembered.get(key)
        if reading is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            reading = self._remembered[key] = self._read(post.text, service, post.in_reply_to is not None, post.lang)
        stance = reading.stance
        if post.repost_of is not None and stance == "testimony":
            stance = "relay"  # who shows a testimony again reports what somebody else suffered
        return Statement(
            id=post.id,
            service=post.service,
            author=post.author,
            created_at=post.created_at,
            text=post.text,
            lang=post.lang or reading.language,
            in_reply_to=post.in_reply_to,
            repost_of=post.repost_of,
            author_created_at=post.author_created_at,
            extra=post.extra,
            stance=stance,
            stance_probability=reading.probability,
            accused=reading.accused,
            concerns=reading.concerns,
            conduct=reading.conduct,
            conduct_services=reading.conduct_services,
            met_on=reading.met_on,
            complainant_age=reading.age,
            complainant_minor=reading.minor,
            evidence=reading.evidence,
            spans=reading.spans,
        )

    def language_of(self, folded: str) -> str:
        """The language that a normalised text is written in, by its function words: short posts have little else."""
        return self._language(folded, None).language

    def _language(self, folded: str, hint: str | None) -> Grammar:
        words = set(folded.replace("'", " ").split())
        hinted = (hint or "").lower().split("-")[0]
        return max(
            self._grammars.values(),
            key=lambda one: (len(one.function_words & words) + (0.5 if one.language == hinted else 0), one.language),
        )

    def cues(self, post: Post) -> list[str]:
        """The names of the cues that the post's stance is weighed from (vocabulary/stance_weights.yaml)."""
        return self._analyse(
            post.text, self._default_service or post.service, post.in_reply_to is not None, post.lang
        ).cues

    def _analyse(self, original: str, service: Service, is_reply: bool, hint: str | None) -> Analysis:
        text = normalise(original)
        language = self._language(text.text, hint)
        tokens = Tokens(text.text, language.lexicon)
        facts, denied = find_facts(tokens, language)
        people = find_people(text, tokens, facts, language, self._gazetteer, service=service, is_reply=is_reply)
        age = find_age(tokens, language)
        cues = find_cues(
            tokens,
            facts,
            denied,
            language,
            age_of=age.of,
            named=len(people),
            accused=sum(named.weight > 0 for named in people),
            is_reply=is_reply,
        )
        return Analysis(text, language, tokens, facts, people, age, cues)

    def _read(self, original: str, service: Service, is_reply: bool, hint: str | None) -> Reading:
        text, language, tokens, facts, people, age, cues = self._analyse(original, service, is_reply, hint)
        candidates = accused_of(people)
        probabilities = weigh(cues)
        stance = max(probabilities, key=lambda one: probabilities[one])
        probability = probabilities[stance]
        supporting = spoke_for(stance, cues, tokens, facts, language)
        if stance == "testimony" and _MANUAL_REPOST.match(text.text):
            stance = "relay"
        speaks = stance in ("testimony", "relay")
        spans: dict[str, Ranges] = {}
        _mark(spans, "stance", supporting, text, tokens)
        accused = candidates if speaks and len(candidates) <= _MOST_ACCUSED else []
        _mark(spans, "accused", [(named.start, named.end) for named in accused], text, tokens)
        concerned = candidates if speaks else [named for named in people if named.weight >= 0]
        _mark(spans, "concerns", [(named.start, named.end) for named in concerned], text, tokens)
        conduct: list[Conduct] = []
        places = Places({}, {})
        if speaks:
            facts = [*facts, *bare_facts(tokens, facts, language)]
            places = find_places(tokens, facts, people, language)
            seen = {fact.conduct for fact in facts}
            conduct = [kind for kind in CONDUCTS if kind in seen]
            _mark(spans, "conduct", [(fact.start, fact.end) for fact in facts], text, tokens)
            _mark(spans, "complainant_age", age.age_tokens, text, tokens)
            _mark(spans, "complainant_minor", age.minor_tokens, text, tokens)
            _mark_places(spans, "conduct_services", places.conduct, text, tokens)
            _mark_places(spans, "met_on", places.met, text, tokens)
        evidence: list[MentionedEvidence] = []
        evidence_tokens: list[tuple[int, int]] = []
        for kind, pattern in language.evidence if speaks else ():
            if hits := [hit for hit in pattern.find(tokens) if not _is_missing(tokens.symbols, hit[0], language)]:
                evidence.append(kind)
                evidence_tokens += hits
        _mark(spans, "evidence", evidence_tokens, text, tokens)
        return Reading(
            language=language.language,
            stance=stance,
            probability=probability,
            accused=list(dict.fromkeys(account for named in accused for account in named.accounts)),
            concerns=list(dict.fromkeys(account for named in concerned for account in named.accounts)),
            conduct=conduct,
            conduct_services=list(places.conduct),
            met_on=list(places.met),
            age=age.age if speaks else None,
            minor=age.minor if speaks else None,
            evidence=evidence,
            spans=spans,
        )


def _is_missing(symbols: str, start: int, language: Grammar) -> bool:
    """Whether the evidence named at `start` is said not to be there (« j'ai pas de screens »)."""
    return any(symbol in language["LOST"] or symbol in language["NEG"] for symbol in symbols[max(0, start - 3) : start])


def _mark(
    spans: dict[str, Ranges], field: str, ranges: Sequence[tuple[int, int]], text: Normalised, tokens: Tokens
) -> None:
    """Note under `field` the ranges of the original that ranges of tokens stand for."""
    if ranges:
        spans[field] = [text.span(tokens.starts[start], tokens.ends[end - 1]) for start, end in sorted(set(ranges))]


def _mark_places(spans: dict[str, Ranges], field: str, places: Where, text: Normalised, tokens: Tokens) -> None:
    _mark(spans, field, [(index, index + 1) for where in places.values() for index in where], text, tokens)
