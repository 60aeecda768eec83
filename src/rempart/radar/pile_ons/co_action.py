"""Who acts together: pairs of actors who act on the same objects within a minute, oftener than their days explain.

Two actors are linked by the number of distinct objects on which they acted within 60 seconds of one another (Keller et
al. 2020; Giglietto et al. 2020). A near-copy of a text is an object too: saying the same under two posts in the same
minute is acting together. Each action is compared with its nearest followers on the object alone, in a random order
where times are equal. And where a crowd acts at once on an object, meeting there says nothing: only what is hostile in
it counts. So a crowd of thousands costs no more than it says.

What chance does is learnt from the same actors with their clocks shifted, each by its own amount between a quarter of
an hour and two hours: everybody keeps their days, their activity and their objects, and no minute is shared on
purpose. The expected weight of a link is that of the configuration model on these nulls (actors' null co-actions,
multiplied); the surprise of a link is the Poisson log-likelihood ratio of its weight against it; and its q-value the
number of links so surprising that a null has on average, over the number that was found (Storey and Tibshirani 2003).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.table import LONG, Columns, Ints

_SEED = 20201109
_BUCKETS = 1 << 22
_BITS_TO_DROP = 6  # of milliseconds


class Rows(NamedTuple):
    """What co-action looks at, by object and time and, where these are equal, in no order: arrays of shape (n,).

    `place` is the same for two rows that must not count together: one text under one post.
    """

    actor: Ints
    object: Ints
    at: Ints
    place: Ints
    row: Ints


class Links(NamedTuple):
    """Pairs of actors who acted together on several objects: arrays of shape (links,), `left` < `right`."""

    left: Ints
    right: Ints
    weight: Ints
    surprise: NDArray[np.float64]


class Linked(NamedTuple):
    """The links that are no chance, and those of each null that would have passed for them.

    `company`: with how many an actor acts by chance; from `enough` on, a link's surprise is no chance.
    """

    links: Links
    nulls: list[Links]
    company: NDArray[np.float64]
    enough: float


def rows_of(columns: Columns, parameters: Parameters) -> Rows:
    """The rows of actions, less those that repeat one within the minute, and those of copied texts."""
    rows = np.arange(len(columns))
    kept = rows[~_repeats(columns.actor, columns.object, columns.at, parameters.within * 1000)]
    copied = np.flatnonzero(np.bincount(columns.copy_of, minlength=len(columns)) > 1)
    is_copied = np.zeros(len(columns), np.bool_)
    is_copied[copied] = True
    said = kept[is_copied[columns.copy_of[kept]] & (columns.length[kept] >= LONG)]
    row = np.concatenate((kept, said))
    object_ = np.concatenate((columns.object[kept], len(columns.objects) + columns.copy_of[said]))
    place = np.concatenate((len(columns.objects) + kept, columns.object[said]))
    mixed = np.random.Generator(np.random.PCG64(_SEED)).permutation(len(row))
    order = mixed[in_order(object_[mixed], columns.at[row[mixed]])]
    row = row[order]
    return Rows(columns.actor[row], object_[order], columns.at[row], place[order], row)


def outside_crowds(rows: Rows, hostile: NDArray[np.bool_], parameters: Parameters) -> Rows:
    """The rows that count for links: where a crowd acts on an object at once, only the hostile ones (`hostile`, for
    each row)."""
    keys = keys_of(rows.object, rows.at, parameters)
    counts = hostile | (near(keys, keys, parameters) <= parameters.crowd)
    return Rows(*(column[counts] for column in rows))


def keys_of(object_: Ints, at: Ints, parameters: Parameters) -> Ints:
    """Objects and times as one number each, such that no two objects are near one another."""
    if not len(at):
        return at
    within = parameters.within * 1000
    at = at - at.min() + within
    return object_ * (int(at.max()) + within + 1) + at


def near(keys: Ints, of: Ints, parameters: Parameters) -> Ints:
    """How many of `keys` are within reach of each of `of`, itself left out."""
    within = parameters.within * 1000
    if (keys[1:] < keys[:-1]).any():
        keys = np.sort(keys)
    if (of[1:] >= of[:-1]).all():
        return np.searchsorted(keys, of + within, "right") - np.searchsorted(keys, of - within) - 1
    order = np.argsort(of)  # what is looked up in order is found several times faster
    found = np.empty(len(of), np.int64)
    found[order] = near(keys, of[order], parameters)
    return found


def find_links(rows: Rows, actors: int, parameters: Parameters) -> Linked:
    """Links whose false-discovery rate is at most `parameters.q`."""
    rows = _who_can_be_linked(rows)
    random = np.random.Generator(np.random.PCG64(_SEED))
    found, _ = links_of(rows, rows.at, actors, parameters)
    drawn = []
    company = np.full(actors, 1.0)
    for _ in range(parameters.nulls):
        shifted = rows.at + _shifts(actors, random, parameters)[rows.actor]
        links, met = links_of(rows, shifted, actors, parameters)
        drawn.append(links)
        company += met
    company /= parameters.nulls
    found = _with_surprise(found, company)
    drawn = [_with_surprise(links, company) for links in drawn]
    enough = _least_surprise(found.surprise, np.concatenate([links.surprise for links in drawn]), parameters)
    return Linked(_at_least(found, enough), [_at_least(links, enough) for links in drawn], company, enough)


def links_within(rows: Rows, linked: Linked, parameters: Parameters) -> Links:
    """The links that are no chance, of what was done in `rows` alone."""
    found, _ = links_of(rows, rows.at, len(linked.company), parameters)
    return _at_least(_with_surprise(found, linked.company), linked.enough)


def co_actions(rows: Rows, at: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """Positions in `rows` of the two sides of each co-action, with `at` for their times (milliseconds)."""
    order = in_order(rows.object, at)
    object_, at = rows.object[order], at[order]
    actor, place = rows.actor[order], rows.place[order]
    near, limit = np.arange(len(order)), parameters.within * 1000
    left, right = [], []
    for further in range(1, parameters.neighbours + 1):
        near = near[: np.searchsorted(near, len(order) - further)]
        next_ = near + further
        close = (object_[next_] == object_[near]) & (at[next_] - at[near] <= limit)
        near, next_ = near[close], next_[close]
        if not len(near):
            break
        counts = (actor[near] != actor[next_]) & (place[near] != place[next_])
        left.append(order[near[counts]])
        right.append(order[next_[counts]])
    if not left:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(left), np.concatenate(right)


def in_order(major: Ints, minor: Ints) -> Ints:
    """The order by `major` (from 0), then `minor`, then position; within some hundredths of a second for large ones.

    All three are packed into one number, which sorts many times faster than three; where they do not fit, one by one.
    """
    size = len(major)
    if not size:
        return np.empty(0, np.int64)
    least = minor.min()
    position_bits = size.bit_length()
    free = 63 - position_bits - int(major.max()).bit_length()
    dropped = max(0, int(minor.max() - least).bit_length() - free)
    if dropped > _BITS_TO_DROP:
        return np.lexsort((minor, major)).astype(np.int64)
    key = ((major << (free + position_bits)) | (((minor - least) >> dropped) << position_bits)) + np.arange(size)
    key.sort()
    order: Ints = key & ((1 << position_bits) - 1)
    return order


def _repeats(actor: Ints, object_: Ints, at: Ints, within: int) -> NDArray[np.bool_]:
    """Whether the same actor did something to the same object shortly before."""
    repeats = np.zeros(len(at), np.bool_)
    if len(at):
        order = in_order(actor * (object_.max() + 1) + object_, np.zeros_like(at))  # they come in order of time
        same = (actor[order[1:]] == actor[order[:-1]]) & (object_[order[1:]] == object_[order[:-1]])
        repeats[order[1:]] = same & (at[order[1:]] - at[order[:-1]] <= within)
    return repeats


def _who_can_be_linked(rows: Rows) -> Rows:
    """The rows of actors of several objects, on objects of several actors: no other can make a link."""
    while len(rows.actor):
        span = int(rows.object.max()) + 1
        met = np.sort(rows.actor * span + rows.object)
        met = met[np.append(True, met[1:] != met[:-1])]  # np.unique takes many times as long
        objects = np.bincount(met // span)
        actors = np.bincount(met % span)
        stays = (objects[rows.actor] > 1) & (actors[rows.object] > 1)
        if stays.mean() > 0.9:
            break
        rows = Rows(*(column[stays] for column in rows))
    if len(rows.actor):
        # Numbers without gaps leave more bits for the time.
        number = np.cumsum(np.bincount(rows.object) > 0) - 1
        rows = rows._replace(object=number[rows.object])
    return rows


def _shifts(actors: int, random: np.random.Generator, parameters: Parameters) -> Ints:
    """How far each actor's clock is shifted, in milliseconds."""
    far = random.integers(parameters.shift_from * 1000, parameters.shift_to * 1000, actors)
    return np.where(random.random(actors) < 0.5, -far, far)


def links_of(rows: Rows, at: Ints, actors: int, parameters: Parameters) -> tuple[Links, NDArray[np.float64]]:
    """Pairs that acted together on enough distinct objects, and how often each actor acted with anybody."""
    one, other = co_actions(rows, at, parameters)
    left, right = np.minimum(rows.actor[one], rows.actor[other]), np.maximum(rows.actor[one], rows.actor[other])
    company = (np.bincount(left, minlength=actors) + np.bincount(right, minlength=actors)).astype(np.float64)
    pair = left * actors + right
    # Most pairs met once: a count by hash leaves them out before anything is sorted.
    buckets = min(_BUCKETS, 4 << len(pair).bit_length())
    bucket = (pair * -7046029254386353131 >> 40) & (buckets - 1)
    several = np.bincount(bucket, minlength=buckets)[bucket] >= parameters.objects_at_least
    pair, object_ = pair[several], rows.object[one[several]]
    order = in_order(np.unique(pair, return_inverse=True)[1], object_)
    pair, object_ = pair[order], object_[order]
    distinct = np.ones(len(pair), np.bool_)
    distinct[1:] = (pair[1:] != pair[:-1]) | (object_[1:] != object_[:-1])
    pairs, weight = np.unique(pair[distinct], return_counts=True)
    enough = weight >= parameters.objects_at_least
    pairs, weight = pairs[enough], weight[enough].astype(np.int64)
    return Links(pairs // actors, pairs % actors, weight, np.zeros(len(pairs))), company


def _with_surprise(links: Links, company: NDArray[np.float64]) -> Links:
    expected = company[links.left] * company[links.right] / company.sum()
    surprise = links.weight * np.log(links.weight / expected) - (links.weight - expected)
    return links._replace(surprise=np.where(links.weight > expected, surprise, 0.0))


def _least_surprise(found: NDArray[np.float64], drawn: NDArray[np.float64], parameters: Parameters) -> float:
    """The least surprise from which on the false-discovery rate is low enough; infinite when it never is."""
    found, drawn = np.sort(found), np.sort(drawn)
    by_chance = (len(drawn) - np.searchsorted(drawn, found) + 1) / (parameters.nulls + 1)
    low = by_chance <= parameters.q * np.arange(len(found), 0, -1)
    return float(found[low][0]) if low.any() else np.inf


def _at_least(links: Links, surprise: float) -> Links:
    enough = links.surprise >= surprise
    return Links(links.left[enough], links.right[enough], links.weight[enough], links.surprise[enough])
