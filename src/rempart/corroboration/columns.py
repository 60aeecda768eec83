"""Testimonies as columns: everything that weighing needs of them, number by number, in the order in which they came.

Whatever a column says of a testimony rests on that testimony and on earlier ones, so that nothing heard later changes
it. Names (reporters, devices, communities …) become numbers; -1 and NaN stand for what is not known.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.accused import Named, services_named
from rempart.corroboration.parameters import Looking
from rempart.records import Origin, Testimony
from rempart.records.pile_ons import PILE_ON
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CHANNELS, CONDUCTS, EvidenceKind
from rempart.text.near_duplicates import Copies, find_copies, word_pairs
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
_NOWHERE = Origin()

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Narrow = NDArray[np.integer[Any]]  # as narrow as what it holds: there are many rows


class Lists(NamedTuple):
    """A list of numbers for each testimony: those of `row` are `values[start[row] : start[row + 1]]`."""

    start: Ints
    values: Ints


class Columns(NamedTuple):
    """Arrays of shape (n,), one entry a testimony, but where a field says otherwise.

    `at`, `opened`: seconds since 1970. `person`: the device where it is known, the reporter elsewhere. `text`: the
    first testimony whose text this one repeats, its own place when it repeats none. `same`: where there are too few
    words to be anybody's own, equal for testimonies that say the same in every field; -1 elsewhere. `conduct`: one bit
    each. `services`: the conduct services named, as numbers in SERVICES and one more for none. `verified`,
    `unverified`, `refuted`: shape (n, 6), pieces of each kind of EVIDENCE. `acting`: shape (communities,), which of
    them the radar saw act together. `windows`: the two windows, overlapping, in which the reporter's account was
    opened, `new` when that was shortly before it spoke. `subject`: the account that it is about, as far as was known
    then.
    """

    at: Floats
    reporter: Ints
    person: Ints
    stance: Narrow
    channel: Narrow
    upheld: Floats
    rejected: Floats
    opened: Floats
    followers: Floats
    verified: Narrow
    unverified: Narrow
    refuted: Narrow
    device: Ints
    network: Ints
    text: Ints
    alike: Floats
    length: Narrow
    retold: Floats
    same: Ints
    conduct: Narrow
    minor: Narrow
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
    copies, retold = _words(testimonies, subjects, looking)
    reporters = [t.reporter for t in testimonies]
    origins = [t.origin or _NOWHERE for t in testimonies]
    reporter, _ = _numbered(one.id for one in reporters)
    device, _ = _numbered(one.device for one in origins)
    network, _ = _numbered(one.network for one in origins)
    verified, unverified, refuted = _pieces(testimonies)
    services = [services_named(t) for t in testimonies]
    communities = [tuple(dict.fromkeys(one.communities)) for one in reporters]
    members, met = _numbered(one for several in communities for one in several)
    at, opened = _seconds(t.received_at for t in testimonies), _seconds(one.account_created_at for one in reporters)
    new = at - opened < looking.new_account * _DAY
    return Columns(
        at=at,
        reporter=reporter,
        person=np.where(device >= 0, 2 * device + 1, 2 * reporter),
        stance=np.array([_STANCES[t.stance] for t in testimonies], np.int8),
        channel=np.array([_CHANNELS[t.channel] for t in testimonies], np.int8),
        upheld=np.array([one.upheld for one in reporters], np.float64),
        rejected=np.array([one.rejected for one in reporters], np.float64),
        opened=opened,
        followers=np.array([np.nan if one.followers is None else one.followers for one in reporters], np.float64),
        verified=verified,
        unverified=unverified,
        refuted=refuted,
        device=device,
        network=network,
        text=copies.first,
        alike=copies.similarity,
        length=copies.length.astype(np.int32),
        retold=retold,
        same=_same(testimonies, copies.length < looking.copy_length),
        conduct=np.array([sum(1 << _CONDUCTS[one] for one in set(t.conduct)) for t in testimonies], np.int32),
        minor=np.array([-1 if t.complainant_minor is None else t.complainant_minor for t in testimonies], np.int8),
        services=Lists(
            _starts(services), np.array([_SERVICES[one] for several in services for one in several], np.int64)
        ),
        communities=Lists(_starts(communities), members),
        acting=np.array([str(one).startswith(PILE_ON) for one in met], np.bool_),
        windows=_windows(opened, new, looking),
        new=new,
        subject=np.array(subjects, np.int64),
    )


def _words(testimonies: Sequence[Testimony], subjects: Sequence[int], looking: Looking) -> tuple[Copies, Floats]:
    """Which texts repeat others, and how far each retells a story: read at once, each on a core of its own."""
    words = word_pairs([t.text if t.stance != "dispute" else None for t in testimonies])
    with ThreadPoolExecutor(1) as beside:
        retold = beside.submit(find_retold, words, subjects, times=looking.retold_times)
        return find_copies(words, threshold=looking.copy_similarity), retold.result()


def _numbered(names: Iterable[object]) -> tuple[Ints, list[object]]:
    """Numbers from 0 for names, in the order in which they are first met, -1 for None; and the names so numbered."""
    known: dict[object, int] = {None: -1}
    numbers = np.fromiter((known.setdefault(name, len(known) - 1) for name in names), np.int64)
    return numbers, [name for name in known if name is not None]


def _pieces(testimonies: Sequence[Testimony]) -> NDArray[np.int32]:
    """Evidence found genuine, not yet looked at, found false: shape (3, n, kinds), pieces of each kind of EVIDENCE."""
    pieces = np.zeros((3, len(testimonies), len(EVIDENCE)), np.int32)
    for row, t in enumerate(testimonies):
        for piece in t.evidence:
            pieces[0 if piece.verified else 1 if piece.verified is None else 2, row, _EVIDENCE[piece.kind]] += 1
    return pieces


def _same(testimonies: Sequence[Testimony], wanted: NDArray[np.bool_]) -> Ints:
    """A number for each testimony that is wanted, equal for those that say the same in every field; -1 elsewhere."""
    same = np.full(len(testimonies), -1, np.int64)
    rows = np.flatnonzero(wanted)
    same[rows], _ = _numbered(_said(testimonies[row]) for row in rows.tolist())
    return same


def _starts(lists: Sequence[Sequence[object]]) -> Ints:
    """Where each of some lists laid end to end begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(np.fromiter(map(len, lists), np.int64))))


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
