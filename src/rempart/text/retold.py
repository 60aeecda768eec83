"""Texts that tell again, in words partly their own, what earlier texts about the same subject told.

The pairs of neighbouring words that several earlier texts about one subject hold, far more often than earlier texts
about others do, are its story; how much of a text is story is the share of its pairs that are, each weighed by how
rare it is elsewhere (inverse document frequency, Spärck Jones 1972). What everybody writes whatever the subject is
nobody's story. Whole columns of texts are handled at once with numpy; a text is only compared with earlier ones.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rempart.text.near_duplicates import WordPairs

_LENT = 20.0  # texts about others, that are always lent: with few of them, little is rare
_TELLERS = 2  # a story takes as many earlier texts
_SLICE_BITS = 4  # pairs are handled in slices, by the first bits of their hashes, so that memory stays bounded


def find_retold(words: WordPairs, subjects: Sequence[int], *, times: float) -> NDArray[np.float64]:
    """For each text, given by its pairs of words in the order in which they came, the share of it that is its
    subject's story, in [0, 1].

    subjects: number of each text's subject, from 0. times: how many times as frequent as elsewhere a pair of words of
    the story is. Shape (n,); 0 for texts of fewer than two words and missing ones.
    """
    size = words.size
    about = np.asarray(subjects, np.int64)
    before_about = _earlier(about)
    whole, told = np.zeros(size), np.zeros(size)
    slices = (words.pairs >> np.uint64(64 - _SLICE_BITS)).astype(np.uint8)
    for number in range(1 << _SLICE_BITS):
        chosen = np.flatnonzero(slices == number)
        pair, text = _each_once(words.pairs[chosen], words.owner[chosen], size)
        before = before_about[text]
        holding = np.arange(len(pair)) - np.flatnonzero(_opens(pair))[pair]
        holding_about = _earlier(pair * (int(about.max(initial=0)) + 1) + about[text])
        elsewhere = (holding - holding_about + 0.5) / (text - before + _LENT)
        rarity = np.maximum(-np.log(elsewhere), 0.0)
        story = (holding_about >= _TELLERS) & (holding_about > times * elsewhere * before)
        whole += np.bincount(text, rarity, size)
        told += np.bincount(text[story], rarity[story], size)
    return np.divide(told, whole, out=np.zeros(size), where=whole > 0)


def _each_once(
    pairs: NDArray[np.uint64], owner: NDArray[np.int32], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of words of one slice, each once a text, numbered from 0: (pair, text), ascending.

    The bits that all of a slice have in common make room for the text, so that one number is sorted: of two million
    texts, 47 bits of each hash are kept.
    """
    place = np.uint64(size.bit_length())
    kept = (pairs << np.uint64(_SLICE_BITS)) >> place << place
    both = np.sort(kept | owner.astype(np.uint64))
    both = both[_opens(both)]
    text = (both & ((np.uint64(1) << place) - np.uint64(1))).astype(np.int64)
    both >>= place
    return np.cumsum(_opens(both)) - 1, text


def _earlier(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each value, how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    opens = np.flatnonzero(_opens(values[order]))
    lengths = np.diff(np.append(opens, len(values)))
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.arange(len(values)) - np.repeat(opens, lengths)
    return ranks


def _opens(ordered: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each of some ordered values is the first of its like."""
    return np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]
