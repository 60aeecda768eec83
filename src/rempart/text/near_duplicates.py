"""Texts that repeat one another: which of many are near-copies of an earlier one.

Each text becomes the set of its pairs of neighbouring words, folded, without hashtags, mentions and addresses (people
who answer the same call share those). The similarity of two texts is the Jaccard index of their sets, estimated by
MinHash (Broder 1997); candidates are found by banded locality-sensitive hashing (Indyk and Motwani 1998). Everything
is done on whole columns of texts with numpy, which is several times faster than text by text. A text is only ever
compared with earlier ones, so what is said of it does not depend on what comes later.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.text.normalise import normalise

# 10 bands of 3: a pair of similarity 0.5 becomes a candidate with probability 0.74, 0.6 with 0.91, 0.8 with 0.999.
_BANDS, _ROWS = 10, 3
_HASHES = _BANDS * _ROWS
_CHUNK, LETTERS = 16_384, 1 << 22  # texts and letters handled at once, so that memory stays bounded
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#][\w.]+")
_UNKNOWN = np.uint32(0xFFFFFFFF)
_folds = np.full(0x110000, _UNKNOWN, np.uint32)  # code point → folded letter, 0 where it is none; filled when first met

_random = np.random.Generator(np.random.PCG64(20200606))
_MULTIPLIERS = _random.integers(1, 2**63, _HASHES, dtype=np.uint64) << np.uint64(1) | np.uint64(1)
_BASE = 0x9E3779B97F4A7C15
_powers: NDArray[np.uint64] = np.empty(0, np.uint64)
_inverses: NDArray[np.uint64] = np.empty(0, np.uint64)


class Copies(NamedTuple):
    """For each text (arrays of shape (n,)): which group of near-copies it belongs to, and how alike.

    `first`: index of the first text of its group, its own when it repeats none. `similarity`: estimated Jaccard index
    with the earlier text that it repeats most, in [0, 1]; 0 when it repeats none. `length`: word pairs it holds.
    """

    first: NDArray[np.int64]
    similarity: NDArray[np.float64]
    length: NDArray[np.int64]


class Words(NamedTuple):
    """Hashes of the folded words of `size` texts, in order, and the index of the text that each belongs to,
    ascending: arrays of shape (words,)."""

    words: NDArray[np.uint64]
    owner: NDArray[np.int32]
    size: int


class WordPairs(NamedTuple):
    """Hashes of the pairs of neighbouring words of `size` texts, and the index of the text that each belongs to,
    ascending: arrays of shape (pairs,)."""

    pairs: NDArray[np.uint64]
    owner: NDArray[np.int32]
    size: int


def hashed_words(texts: Sequence[str | None]) -> Words:
    """The words of every text, without hashtags, mentions and addresses."""
    return Words(*_end_to_end([(one.words, one.owner) for one in _chunks(texts)]), len(texts))


def pairs_of(words: Words) -> WordPairs:
    """The pairs of neighbouring words within each text."""
    together = words.owner[1:] == words.owner[:-1]
    pairs = _mix(words.words[:-1] * np.uint64(0xD6E8FEB86659FD93) + words.words[1:])
    return WordPairs(pairs[together], words.owner[:-1][together], words.size)


def word_pairs(texts: Sequence[str | None]) -> WordPairs:
    """The pairs of neighbouring words of every text. Chunk by chunk: the words of all are never held at once."""
    return WordPairs(*_end_to_end([pairs_of(one)[:2] for one in _chunks(texts)]), len(texts))


def find_copies(texts: Sequence[str | None] | WordPairs, *, threshold: float = 0.5) -> Copies:
    """Near-copies among `texts` (or their pairs of words), given in the order in which they came.

    threshold: least similarity, in (0, 1], at which a text repeats an earlier one. Texts of fewer than two words,
    and missing ones, repeat nothing.
    """
    signatures, length, bands = _signed(texts if isinstance(texts, WordPairs) else word_pairs(texts))
    signed = np.flatnonzero(length)
    parent, similarity = np.arange(len(length)), np.zeros(len(length))
    place = np.uint64(len(signed).bit_length())
    for band in bands:
        # With the place in its last bits one number is sorted; bands that differ in these alone are told apart below.
        keys = np.sort((band[signed] >> place << place) | np.arange(len(signed), dtype=np.uint64))
        members = signed[keys & ((np.uint64(1) << place) - np.uint64(1))]
        keys >>= place
        repeats = np.flatnonzero(keys[1:] == keys[:-1]) + 1
        if not len(repeats):
            continue
        opens = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        opener = opens[np.searchsorted(opens, repeats, side="right") - 1]
        for earlier in (members[opener], members[repeats - 1]):
            alike = _similarities(signatures, earlier, members[repeats])
            better = (alike > similarity[members[repeats]]) & (alike >= threshold)
            parent[members[repeats][better]] = earlier[better]
            similarity[members[repeats][better]] = alike[better]
    while not np.array_equal(parent, grand := parent[parent]):
        parent = grand
    return Copies(parent, similarity, length)


def band_keys(texts: Sequence[str | None]) -> NDArray[np.uint64]:
    """What to keep of each text, so that it is only compared later with those that may repeat it: shape (n, bands).

    `find_copies` compares two texts only if they have a key in common, in the same band. All zero for texts of fewer
    than two words.
    """
    return _signed(word_pairs(texts))[2].T


def _signed(words: WordPairs) -> tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.uint64]]:
    """The MinHash signatures, lengths and band keys of all texts: shapes (n, hashes), (n,), (bands, n)."""
    signatures = np.zeros((words.size, _HASHES), np.uint16)
    length = np.zeros(words.size, np.int64)
    bands = np.zeros((_BANDS, words.size), np.uint64)
    for start in range(0, words.size, _CHUNK):
        # Limits of the owners' own type: of any other, all owners would be copied to be compared with them.
        ends = np.array((start, start + _CHUNK), words.owner.dtype)
        part = slice(*np.searchsorted(words.owner, ends).tolist())
        _sign(words.pairs[part], words.owner[part], signatures, length, bands)
    return signatures, length, bands


def _similarities(
    signatures: NDArray[np.uint16], left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Estimated Jaccard indices of texts, pair by pair."""
    alike = np.empty(len(left))
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        alike[part] = (signatures[left[part]] == signatures[right[part]]).mean(axis=1)
    return alike


def _sign(
    pairs: NDArray[np.uint64],
    owner: NDArray[np.int32],
    signatures: NDArray[np.uint16],
    length: NDArray[np.int64],
    bands: NDArray[np.uint64],
) -> None:
    """Fill the MinHash signatures, lengths and band keys of a chunk of texts."""
    if not len(pairs):
        return
    opens = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    rows = owner[opens]
    length[rows] = np.diff(np.append(opens, len(owner)))
    least = np.empty((_HASHES, len(rows)), np.uint64)
    for number, multiplier in enumerate(_MULTIPLIERS):
        least[number] = np.minimum.reduceat(pairs * multiplier, opens)
    signatures[rows] = (least >> np.uint64(20)).astype(np.uint16).T
    for band in range(_BANDS):
        key = np.zeros(len(rows), np.uint64)
        for row in range(_ROWS):
            key = _mix(key ^ least[band * _ROWS + row])
        bands[band, rows] = key


def _chunks(texts: Sequence[str | None]) -> Iterator[Words]:
    """The words of every text, some texts at a time."""
    for start in range(0, len(texts), _CHUNK):
        words, owner = _words(texts[start : start + _CHUNK])
        yield Words(words, (start + owner).astype(np.int32), len(texts))


def _end_to_end(
    parts: list[tuple[NDArray[np.uint64], NDArray[np.int32]]],
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Hashes and their owners, those of one chunk after those of another. Each part is let go of once it is copied, so
    that all of them are never held twice."""
    end = sum(len(owner) for _, owner in parts)
    hashes, owners = np.empty(end, np.uint64), np.empty(end, np.int32)
    while parts:
        hashed, owner = parts.pop()
        place = slice(end - len(owner), end)
        hashes[place], owners[place] = hashed, owner
        end = place.start
    return hashes, owners


def _words(texts: Sequence[str | None]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes of the words, and the index of the text that each belongs to, ascending.

    A text that comes many times (a post that accuses thousands makes as many testimonies) is looked at once.
    """
    places: dict[str, int] = {}
    place = np.array([places.setdefault(text or "", len(places)) for text in texts], np.int64)
    found, counts = [], []
    for part in _parts(list(places)):
        words, owner = _words_within(part)
        found.append(words)
        counts.append(np.bincount(owner, minlength=len(part)))
    words, count = np.concatenate(found), np.concatenate(counts)
    if len(places) == len(texts):
        return words, np.repeat(np.arange(len(place)), count)
    opens = np.cumsum(count) - count
    held = count[place]
    shift = np.repeat(opens[place] - (np.cumsum(held) - held), held)
    return words[np.arange(len(shift)) + shift], np.repeat(np.arange(len(place)), held)


def _parts(texts: list[str]) -> Iterator[list[str]]:
    """`texts` in order, as many at once as hold LETTERS letters in all (one text may hold more)."""
    part: list[str] = []
    letters = 0
    for text in texts:
        if part and letters + len(text) > LETTERS:
            yield part
            part, letters = [], 0
        part.append(text)
        letters += len(text)
    if part:
        yield part


def _words_within(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    # Text by text: an address at the end of one must not run on into the next.
    joined = "\0".join([_NOT_WORDS.sub(" ", text) if _may_hold_others(text) else text for text in texts])
    if joined.count("\0") >= len(texts):
        joined = "\0".join([_NOT_WORDS.sub(" ", text.replace("\0", " ")) for text in texts])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    letters = _folds[codes]
    if (unknown := letters == _UNKNOWN).any():
        for code in np.unique(codes[unknown]).tolist():
            folded = normalise(chr(code)).text[:1]
            _folds[code] = ord(folded) if folded.isalnum() else 0
        letters = _folds[codes]
    inside = letters != 0
    begins = inside.copy()
    begins[1:] &= ~inside[:-1]
    starts = np.flatnonzero(begins)
    if not len(starts):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    # A word is a polynomial of its letters, wherever it stands: that of its place in the chunk, divided by the place.
    powers, inverses = _powers_up_to(len(letters))
    words = _mix(np.add.reduceat(letters * powers, starts) * inverses[starts])
    return words, np.searchsorted(np.flatnonzero(codes == 0), starts)


def _may_hold_others(text: str) -> bool:
    """Whether there may be a hashtag, a mention or an address in a text: quicker to know than which."""
    return "@" in text or "#" in text or "http" in text or "www." in text


def _powers_up_to(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first `size` powers of the base modulo 2^64, and of its inverse."""
    global _powers, _inverses  # noqa: PLW0603  (grown when a chunk is longer than those before)
    if len(_powers) < size:
        _powers = np.cumprod(np.full(size, _BASE, np.uint64), dtype=np.uint64)
        _inverses = np.cumprod(np.full(size, pow(_BASE, -1, 1 << 64), np.uint64), dtype=np.uint64)
    return _powers[:size], _inverses[:size]


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
