"""A text made ready to be searched: folded, what is quoted or addressed blanked out, and whom a place is about."""

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rempart.text.normalise import Normalised, normalise


def bag(words: str) -> frozenset[str]:
    """Some words set apart by spaces."""
    return frozenset(words.split())


_KEYCAP = {0x20E3: "\u200b"}  # « 1️⃣1️⃣ » is a number with boxes around
_BLANKED = re.compile(
    r"(?<![a-z])(?:she|he|they|elle|il|iel|it|any|xe)\s?[/|]\s?(?:hers?|him|his|them|they|theirs|elle|il"
    r"|iel|lui|she|he|any)(?![a-z])"
    r"(?:\s?/\s?(?:hers?|him|his|them|they|theirs|elle|iel|lui|she|he)(?![a-z]))?|https?://\S+|www\.\S+"
    r"|[\w.+-]+@[\w-]+\.\w+|@[\w.]+|\"[^\"\n]{0,300}\"|^\s*(?:>|rt @)[^\n]*|\*[^*\n]{2,80}\*",
    re.MULTILINE,
)
_WORD = re.compile(r"[a-z]+|\d+")
_SENTENCE_END = re.compile(r"[.!?\n;|•·~]|[\U0001f000-\U0001faff\u2600-\u27bf]|\s[-–/]\s|\s/{1,2}\s?")
_FIRST_PERSON = bag(
    "je j jai jsuis chui chuis m ma mon mes moi nous notre i im my me mine ive ill our we merci abonnez team"
)


@cache
def words() -> dict[str, Any]:
    """The words of the sweep (`words.yaml`)."""
    text = files("rempart.radar.age").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def choice(entries: str) -> str:
    """Any of some words set apart by commas, the longest first."""
    return "(?:" + "|".join(sorted((word.strip() for word in entries.split(",")), key=len, reverse=True)) + ")"


def _subjects() -> re.Pattern[str]:
    found = words()
    kin, before = choice(found["kin"]), choice(found["determiners"])
    adjectives = choice(found["adjectives"])
    return re.compile(
        r"(?<![a-z])(?:(?P<own>(?:ton|ta|votre) (?:[a-z]+ ){0,3}preferee?|guess who(?:'s)?|j'|j(?= ?ai)|je|jai"
        r"|jen|g(?= ?\d)|moi|i'?m|i|ive|i've|ill"
        r"|i'll|me|my name"
        r"|jsuis|chuis?|jvais|mes(?= \d)|myself|perso)"
        rf"|(?P<other>{before} (?:{adjectives} )*{kin}|(?:une?|an?"
        rf"|d'une?) (?:{adjectives} )*{choice(found['indefinite'])}"
        rf"|{choice(found['pronouns'])})|(?P<role>(?:grand |petit |big |little )?(?:frere|brother)"
        rf"|(?:grande |petite |big |little )?(?:soeur|sister)|maman|papa|mum|mom|mama|dad|mother|father|mummy|mommy"
        rf"|parents?) (?:de|of|to|d')[^.!?\n]*)(?![a-z0-9])"
    )


SUBJECTS = _subjects()
_FRAMES = re.compile(rf"(?<![a-z]){choice(words()['frames'])}(?![a-z])")
_BUT = re.compile(
    r"(?<![a-z])(?:mais|but|alors qu(?:e|'(?=j))|sauf que|en vrai|en realite|actually|in reality)(?![a-z])"
)
_SPEECH = re.compile(rf"(?<![a-z]){choice(words()['speech'])}[^a-z0-9]*(?!(?:que|qu'|that)(?![a-z]))")


_ALONE = re.compile(r"\s*(?:[|•·,/☆★~–-]|[\U0001f000-\U0001faff\u2600-\u27bf])")
_COLON = re.compile(r":\s*$")
# « … — mon élève, ce matin »
_ATTRIBUTED = re.compile(
    r"\s-{1,2}\s?(?:dixit |said |signe )?(?:mon|ma|mes|un de mes|une de mes|un|une|my|one of my"
    r"|an?) (?:petite?|little|\w+ ?-?year ?-?old)? ?"
    rf"{choice(words()['kin'])}(?![a-z])[^.!?\n]{{0,24}}$|(?<![a-z])dixit (?:mon|ma|le|la|un|une) "
)


class Text:
    """A text to be searched: `folded`, its `words`, when it was `written`, and whether it is the account's `bio`."""

    __slots__ = (
        "_normalised",
        "_told_by_another",
        "bio",
        "first_person",
        "folded",
        "numbers",
        "original",
        "source",
        "words",
        "written",
    )

    def __init__(self, original: str, *, source: str, written: date, skipped: int = 0) -> None:
        """skipped: code points at the beginning (a date put before the text) that are not read."""
        self.original = original
        self.source = source
        self.bio = source == "bio"
        self.written = written
        if skipped:
            original = " " * skipped + original[skipped:]
        self._normalised: Normalised = normalise(original.translate(_KEYCAP) if "\u20e3" in original else original)
        folded = self._normalised.text
        self.folded = _BLANKED.sub(lambda match: " " * (match.end() - match.start()), folded)
        found = _WORD.findall(self.folded)
        self.words = frozenset(found)
        self.numbers = any(word[0] <= "9" for word in found)
        self._told_by_another = _ATTRIBUTED.search(self.folded) is not None
        self.first_person = not self.words.isdisjoint(_FIRST_PERSON)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original that a range of the folded text stands for, blanks around left out."""
        start, end = self._normalised.span(start, end)
        while start < end and self.original[start].isspace():
            start += 1
        while end > start and self.original[end - 1].isspace():
            end -= 1
        return start, end

    def sentence(self, at: int) -> int:
        """Where the sentence that holds `at` begins, at most ninety characters before."""
        begins = max(0, at - 90)
        for end in _SENTENCE_END.finditer(self.folded, begins, at):
            begins = end.end()
        return begins

    def subject(self, until: int, begins: int | None = None) -> str | None:
        """Whom the words before `until` speak of last in their sentence: `own`, `other` or nobody."""
        last = None
        for found in SUBJECTS.finditer(self.folded, self.sentence(until) if begins is None else begins, until):
            if not (self.bio and _ALONE.match(self.folded, found.end()) and len(found[0]) < 5 and " " not in found[0]):
                last = found  # « elle • 11 ans »: a name, or a pronoun to be called by
        return None if last is None else "own" if last["own"] else "other"

    def framed(self, until: int) -> bool:
        """Whether what stands before `until` in its sentence makes of it a thought, a comparison or a memory."""
        if _BUT.match(self.folded, until):
            return False
        return _FRAMES.search(self.folded, self.clause(until), until) is not None

    def clause(self, until: int) -> int:
        """Where what stands before `until` begins, after the last « mais » of its sentence."""
        begins = max(self.sentence(until), until - 45)
        for contrast in _BUT.finditer(self.folded, begins, until):
            begins = contrast.end()
        return begins

    def spoken(self, until: int) -> bool:
        """Whether somebody else's words begin right before `until`."""
        if self._told_by_another or (
            _COLON.search(self.folded, max(0, until - 3), until) and self.subject(until) == "other"
        ):
            return True
        found = None
        for found in _SPEECH.finditer(self.folded, self.sentence(until), until):  # noqa: B007
            pass
        return found is not None and until - found.end() <= 2

    def segment(self, start: int, end: int) -> tuple[str, str]:
        """What stands before and after a range within its segment: up to a line, a sign, a comma or an emoji."""
        before, after = self.folded[max(0, start - 60) : start], self.folded[end : end + 60]
        return _SEGMENT_BEFORE.sub("", before), _SEGMENT_AFTER.sub("", after)


_CUT = (
    r"[\n|•·~,;.!?()\[\]{}*_=<>^♡♥★☆→➳»«\"¦]|[\u2190-\u2bff]|[\U0001f000-\U0001faff]|(?<=\s)[-–/:+](?=\s)"
    r"|(?<=[a-z0-9])[/:](?=\s|[a-z])|\s-\s?|//"
)
_SEGMENT_BEFORE = re.compile(rf"^.*(?:{_CUT})", re.DOTALL)
_SEGMENT_AFTER = re.compile(rf"(?:{_CUT}).*$", re.DOTALL)
