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


def find_retold(words: WordPairs, subjects: Sequence[int], *, times: float) -> NDArray[np.float64]:
    """For each text, given by its pairs of words in the order in which they came, the share of it that is its
    subject's story, in [0, 1].

    subjects: number of each text's subject, from 0. times: how many times as frequent as elsewhere a pair of words of
    the story is. Shape (n,); 0 for texts of fewer than two words and missing ones.
    """
    size = words.size
    order = np.argsort(words.pairs, kind="stable")
    pairs, texts_of = words.pairs[order], words.owner[order]
    again = np.zeros(len(pairs), np.bool_)  # within one text
    again[1:] = (pairs[1:] == pairs[:-1]) & (texts_of[1:] == texts_of[:-1])
    pairs, texts_of = pairs[~again], texts_of[~again]

    about = np.asarray(subjects, np.int64)
    before_about = _earlier(about)[texts_of]
    before_others = texts_of - before_about
    number = np.cumsum(np.concatenate(([0], pairs[1:] != pairs[:-1]))) if len(pairs) else np.zeros(0, np.int64)
    holding = _earlier(number)
    holding_about = _earlier(number * (int(about.max(initial=0)) + 1) + about[texts_of])
    elsewhere = (holding - holding_about + 0.5) / (before_others + _LENT)
    rarity = np.maximum(-np.log(elsewhere), 0.0)
    story = (holding_about >= _TELLERS) & (holding_about > times * elsewhere * before_about)
    whole = np.bincount(texts_of, rarity, size)
    told = np.bincount(texts_of, rarity * story, size)
    return np.divide(told, whole, out=np.zeros(size), where=whole > 0)


def _earlier(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each value, how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    opens = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(values) else order
    lengths = np.diff(np.append(opens, len(values)))
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.arange(len(values)) - np.repeat(opens, lengths)
    return ranks
