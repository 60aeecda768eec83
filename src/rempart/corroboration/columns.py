"""Testimonies as columns: everything that weighing needs of them, number by number, in the order in which they came.

Whatever a column says of a testimony rests on that testimony and on earlier ones, so that nothing heard later changes
it. Names (reporters, devices, communities …) become numbers; -1 and NaN stand for what is not known.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.accused import Named, services_named
from rempart.corroboration.parameters import Looking
from rempart.records import Testimony
from rempart.records.pile_ons import PILE_ON
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CHANNELS, CONDUCTS, EvidenceKind
from rempart.text.near_duplicates import find_copies, word_pairs
from rempart.text.retold import find_retold

EVIDENCE: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
STANCES = TESTIMONY, RELAY, DISPUTE = range(3)
_STANCES = {"testimony": TESTIMONY, "relay": RELAY, "dispute": DISPUTE}
_NAMED: tuple[Named, ...] = (*SERVICES, "unknown")
_SERVICES = {name: number for number, name in enumerate(_NAMED)}
_CHANNELS = {name: number for number, name in enumerate(CHANNELS)}
FLAGGER = _CHANNELS["trusted_flagger"]
_EVIDENCE = {name: number for number, name in enumerate(EVIDENCE)}
_CONDUCTS = {name: number for number, name in enumerate(CONDUCTS)}
_DAY = 86_400.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Lists(NamedTuple):
    """A list of numbers for each testimony: those of `row` are `values[start[row] : start[row + 1]]`."""

    start: Ints
    values: Ints


class Columns(NamedTuple):
    """Arrays of shape (n,), one entry a testimony, but where a field says otherwise.

    `at`, `opened`: seconds since 1970. `person`: the device where it is known, the reporter elsewhere. `text`: the
    first testimony whose text this one repeats, its own place when it repeats none. `same`: equal for testimonies that
    say the same in every field. `conduct`: one bit each. `services`: the conduct services named, as numbers in SERVICES
    and one more for none. `verified`, `unverified`, `refuted`: shape (n, 6), pieces of each kind of EVIDENCE.
    `acting`: shape (communities,), which of them the radar saw act together. `windows`: the two windows,
    overlapping, in which the reporter's account was opened, `new` when that was shortly before it spoke.
    `subject`: the account that it is about, as far as was known then.
    """

    at: Floats
    reporter: Ints
    person: Ints
    stance: Ints
    channel: Ints
    upheld: Floats
    rejected: Floats
    opened: Floats
    followers: Floats
    verified: Ints
    unverified: Ints
    refuted: Ints
    device: Ints
    network: Ints
    text: Ints
    alike: Floats
    length: Ints
    retold: Floats
    same: Ints
    conduct: Ints
    minor: Ints
    services: Lists
    communities: Lists
    acting: NDArray[np.bool_]
    windows: Lists
    new: NDArray[np.bool_]
    subject: Ints

    @property
    def size(self) -> int:
        """How many testimonies there are."""
        return len(self.at)


def columns_of(testimonies: Sequence[Testimony], subjects: Sequence[int], looking: Looking) -> Columns:
    """The columns of testimonies that are in the order in which they are to be heard. subjects: whom each is about."""
    n = len(testimonies)
    reporters, devices, networks, communities, same = Numbers(), Numbers(), Numbers(), Numbers(), Numbers()
    pieces = np.zeros((3, n, len(EVIDENCE)), np.int64)
    device, network = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    members: list[int] = []
    acting: set[int] = set()
    ends = np.zeros(n + 1, np.int64)
    for row, t in enumerate(testimonies):
        for piece in t.evidence:
            # True, None and False go to the first, the second and the third table.
            pieces[0 if piece.verified else 1 if piece.verified is None else 2, row, _EVIDENCE[piece.kind]] += 1
        if t.origin is not None:
            device[row] = devices.of(t.origin.device)
            network[row] = networks.of(t.origin.network)
        if t.reporter.communities:
            members += map(communities.of, dict.fromkeys(t.reporter.communities))
            acting.update(communities.of(one) for one in t.reporter.communities if one.startswith(PILE_ON))
        ends[row + 1] = len(members)
    reporter = np.array([reporters.of(t.reporter.id) for t in testimonies], np.int64)
    opened = _seconds([t.reporter.account_created_at for t in testimonies])
    at = _seconds([t.received_at for t in testimonies])
    new = at - opened < looking.new_account * _DAY
    words = word_pairs([t.text if t.stance != "dispute" else None for t in testimonies])
    copies = find_copies(words, threshold=looking.copy_similarity)
    retold = find_retold(words, subjects, times=looking.retold_times)
    del words  # the largest of all
    return Columns(
        at=at,
        reporter=reporter,
        person=np.where(device >= 0, 2 * device + 1, 2 * reporter),
        stance=np.array([_STANCES[t.stance] for t in testimonies], np.int64),
        channel=np.array([_CHANNELS[t.channel] for t in testimonies], np.int64),
        upheld=np.array([t.reporter.upheld for t in testimonies], np.float64),
        rejected=np.array([t.reporter.rejected for t in testimonies], np.float64),
        opened=opened,
        followers=np.array([np.nan if (f := t.reporter.followers) is None else f for t in testimonies], np.float64),
        verified=pieces[0],
        unverified=pieces[1],
        refuted=pieces[2],
        device=device,
        network=network,
        text=copies.first,
        alike=copies.similarity,
        length=copies.length,
        retold=retold,
        same=np.array([same.of(_said(t)) for t in testimonies], np.int64),
        conduct=np.array([sum(1 << _CONDUCTS[one] for one in set(t.conduct)) for t in testimonies], np.int64),
        minor=np.array([-1 if t.complainant_minor is None else t.complainant_minor for t in testimonies], np.int64),
        services=_listed([[_SERVICES[one] for one in services_named(t)] for t in testimonies]),
        communities=Lists(ends, np.array(members, np.int64)),
        acting=np.isin(np.arange(max(members, default=-1) + 1), list(acting)),
        windows=_windows(opened, new, looking),
        new=new,
        subject=np.array(subjects, np.int64),
    )


class Numbers:
    """Numbers from 0 for names, in the order in which they are first met; -1 for None."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {None: -1}

    def of(self, name: object) -> int:
        """The number of a name."""
        return self._numbers.setdefault(name, len(self._numbers) - 1)


def _listed(lists: Sequence[Sequence[int]]) -> Lists:
    ends = np.concatenate(([0], np.cumsum([len(one) for one in lists]))).astype(np.int64)
    return Lists(ends, np.array([number for one in lists for number in one], np.int64))


def _said(t: Testimony) -> object:
    evidence = tuple((piece.kind, piece.verified) for piece in t.evidence)
    return t.stance, t.channel, t.text, tuple(t.conduct), tuple(t.conduct_services), tuple(t.met_on), evidence


def _seconds(ats: Iterable[object]) -> Floats:
    return np.array([np.nan if at is None else at.timestamp() for at in ats], np.float64)  # type: ignore[attr-defined]


def _windows(opened: Floats, new: NDArray[np.bool_], looking: Looking) -> Lists:
    """Two windows for each account whose date of opening is known: they overlap by half, so that none cuts a lot in
    two. Windows of new accounts are even numbers, those of older ones, which are wider, odd."""
    known = ~np.isnan(opened)
    width = np.where(new, looking.newcomers, looking.cohort) * _DAY
    last = np.floor(np.where(known, opened, 0.0) / (width / 2)).astype(np.int64)
    both = np.stack([last - 1, last], axis=1) * 2 + ~new[:, None]
    _, dense = np.unique(both[known], return_inverse=True)
    return Lists(np.concatenate(([0], np.cumsum(2 * known))), dense.reshape(-1).astype(np.int64))
