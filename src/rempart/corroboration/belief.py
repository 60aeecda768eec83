"""How far what is said of an account can be believed: features of a look, each in a family that reasons are told by.

Every source counts by how little it looks coordinated, and whoever was set aside as acting on orders counts for
nothing: what one believes of the others does not move. Shares are told from what is usual among those who speak of
other accounts, so that a wave in which everybody opens an account, or in which little is shown, is measured by its own
standard.
"""

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.census import Running
from rempart.corroboration.columns import EVIDENCE, TESTIMONY, Columns, Floats
from rempart.corroboration.parameters import Counting
from rempart.corroboration.sources import Sources, Spoken
from rempart.records.vocabulary import CHANNELS, CONDUCTS

MACHINE = [EVIDENCE.index("export"), EVIDENCE.index("platform_log")]
RECORDED = [EVIDENCE.index("audio"), EVIDENCE.index("video")]
SHOWN = [EVIDENCE.index("screenshot"), EVIDENCE.index("witness")]


def standing(together: Floats, sources: Sources, counts: Counting) -> Floats:
    """How far each source stands for itself: wholly, or less and less between two bounds of the probability that it is
    part of a campaign, or not at all. What somebody verified stands, whoever brought it."""
    room = np.clip((counts.aside_from - together) / (counts.aside_from - counts.less_from), 0.0, 1.0)
    return np.where(genuine(sources), 1.0, room)


def genuine(sources: Sources) -> NDArray[np.bool_]:
    """Who brought something that was checked and found genuine, and nothing that was found false."""
    return np.asarray((sources.verified.sum(axis=1) > 0) & (sources.refuted.sum(axis=1) == 0))


def counting(together: Floats, sources: Sources, counts: Counting) -> Floats:
    """How much each source counts in what is believed: as far as it stands, less the doubt that is left."""
    return np.where(genuine(sources), 1.0, standing(together, sources, counts) * (1.0 - together))


def halving(count: Floats) -> Floats:
    """The worth of pieces of which each adds half of the one before: 1 for one, less than 2 for any number."""
    return 2.0 * (1.0 - 0.5**count)


def traits_of(columns: Columns) -> dict[str, Floats]:
    """What is true of each testimony that shares are taken of: arrays of shape (n,), by name; NaN where not known."""
    days = (columns.at - columns.opened) / 86_400
    worded = columns.length > 1
    return {
        "new": np.where(np.isnan(days), np.nan, columns.new),
        "older": np.log1p(np.maximum(days, 0.0) / 365),
        "popular": np.log1p(columns.followers) / 7.0,
        "upheld": np.log1p(columns.upheld),
        "rejected": np.log1p(columns.rejected),
        "long": np.where(worded, np.log1p(columns.length) / 3.0, np.nan),
        "alike": np.where(worded, columns.alike, np.nan),
        "retold": np.where(worded, columns.retold, np.nan),
        "pictured": (columns.unverified.sum(axis=1) > 0).astype(np.float64),
        "genuine": (columns.verified.sum(axis=1) > 0).astype(np.float64),
        "false": (columns.refuted.sum(axis=1) > 0).astype(np.float64),
        "minor": np.where(columns.minor < 0, np.nan, columns.minor),
        "night": ((columns.at // 3600) % 24 < 5).astype(np.float64),
    }


class Usual:
    """What is usual among people who speak at first hand of others, each once for an account. `traits`: of each
    testimony; `means`: of each trait where it is known; `channels`: of speaking through each channel."""

    def __init__(self, columns: Columns, *, lent: float) -> None:
        self.traits = traits_of(columns)
        accuses = _once(columns, columns.stance == TESTIMONY)
        self.means = {
            name: Running(values, accuses, lent=lent, usual=_USUAL[name]) for name, values in self.traits.items()
        }
        self.channels = [
            Running(columns.channel == n, accuses, lent=lent, usual=usual) for n, usual in enumerate(_USUAL_CHANNELS)
        ]


def _once(columns: Columns, counted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of what is counted, the first testimony of each person about each account."""
    rows = np.flatnonzero(counted)
    people = int(columns.person.max(initial=0)) + 1
    _, first = np.unique(columns.subject[rows] * people + columns.person[rows], return_index=True)
    once = np.zeros(columns.size, np.bool_)
    once[rows[first]] = True
    return once


# What is lent to a wave that has just begun: means of many invented ones.
_USUAL = {
    "new": 0.3,
    "older": 0.7,
    "popular": 0.65,
    "upheld": 0.15,
    "rejected": 0.15,
    "long": 0.9,
    "alike": 0.2,
    "retold": 0.2,
    "pictured": 0.15,
    "genuine": 0.1,
    "false": 0.05,
    "minor": 0.5,
    "night": 0.1,
}
_USUAL_CHANNELS = (0.55, 0.15, 0.05, 0.2, 0.05)


def features_of(columns: Columns, usual: Usual, spoken: Spoken, counts: Floats) -> dict[str, Floats]:
    """What belief rests on: features of shape (looks,), by name. counts: shape (s,), how much each source counts."""
    accuses, first_hand = spoken.sources.accuses, spoken.sources.first_hand
    voices = _Voices(spoken, counts * (accuses & first_hand), counts * (accuses & ~first_hand))
    said = _numbers(voices) | _evidence(voices) | _shares(columns, usual, voices)
    return said | _doubts(voices) | _times(columns, voices)


class _Voices:
    """Those who speak, by how much they count: at first hand, as `weight`, and in relays."""

    def __init__(self, spoken: Spoken, weight: Floats, relayed: Floats) -> None:
        self.spoken, self.sources, self.weight, self.relays = spoken, spoken.sources, weight, relayed
        self.heard = self.total(weight)
        self.relayed = self.total(relayed)
        self.denied = self.total(~spoken.sources.accuses)
        self.nobody = self.total(spoken.sources.accuses & spoken.sources.first_hand) == 0
        # Of few voices, a share says little.
        self.trust = np.sqrt(self.heard / (self.heard + 3.0))
        self.some = np.maximum(self.heard, 1e-9)

    def total(self, values: Floats | NDArray[np.bool_]) -> Floats:
        """The sum for each look of what is given for each source."""
        return np.bincount(self.sources.look, values, minlength=self.spoken.looks.size).astype(np.float64)


_FEW_RELAYS = 10


def _numbers(voices: _Voices) -> dict[str, Floats]:
    """How many speak, relay and deny."""
    heard, relayed, denied = voices.heard, voices.relayed, voices.denied
    channels: dict[str, Floats] = {
        str(name): np.log1p(voices.total(voices.weight * (voices.sources.channel == n)))
        for n, name in enumerate(CHANNELS)
    }
    return channels | {
        "voices": np.log1p(heard),
        "a_voice": np.minimum(heard, 1.0),
        "relays": np.log1p(relayed),
        # That a crowd relays is no corroboration, and pushed affairs have one; beyond some thirty it says no more.
        "relays_crowd": np.clip(np.log1p(relayed) - np.log1p(_FEW_RELAYS), 0.0, 1.0),
        "relays_alone": ((relayed > 0) & voices.nobody).astype(np.float64),
        "retracted": voices.total(voices.weight * voices.sources.retracts) / (heard + 0.5),
        "denials": np.log1p(denied),
        "denials_each": denied / (denied + heard + relayed + 1.0),
    }


def _evidence(voices: _Voices) -> dict[str, Floats]:
    """What was shown, and what came of looking at it. Evidence counts once for each source."""
    sources, total = voices.sources, voices.total
    features: dict[str, Floats] = {}
    for kinds, name in ((MACHINE, "machine"), (RECORDED, "recorded"), (SHOWN, "shown")):
        shown = sources.unverified[:, kinds].sum(axis=1) > 0
        genuine = sources.accuses & (sources.verified[:, kinds].sum(axis=1) > 0)
        features[f"verified_{name}"] = halving(total(genuine))
        features[f"unverified_{name}"] = np.log1p(total(voices.weight * shown))
    good, bad = sources.verified.sum(axis=1) > 0, sources.refuted.sum(axis=1) > 0
    # What was refuted speaks against who brought it first: not what relays of a campaign add, nor whom one set aside.
    verified, refuted = total(sources.accuses & good), total(voices.weight * bad)
    return features | {
        "verified": np.log1p(verified),
        "refuted": np.log1p(refuted),
        "checked": np.log((verified + 0.3) / (refuted + 0.3)),
        "verified_denials": halving(total(~sources.accuses & good)),
    }


def _shares(columns: Columns, usual: Usual, voices: _Voices) -> dict[str, Floats]:
    """How those who speak compare with those who speak of others."""
    looks, sources, row, weight = voices.spoken.looks, voices.sources, voices.sources.first, voices.weight
    total, heard = voices.total, voices.heard
    features: dict[str, Floats] = {}
    for n, name in enumerate(CHANNELS):
        if name != "public_post":
            mean = total(weight * (sources.channel == n)) / voices.some
            apart = voices.trust * (mean - usual.channels[n].elsewhere(*looks))
            features[f"share_{name}"] = np.where(heard > 0.01, apart, 0.0)
    for trait, values in usual.traits.items():
        known = weight * ~np.isnan(values[row])
        number = total(known)
        mean = total(known * np.nan_to_num(values[row])) / np.maximum(number, 1e-9)
        apart = np.sqrt(number / (number + 3.0)) * (mean - usual.means[trait].elsewhere(*looks))
        features[f"share_{trait}"] = np.where(number > 0.01, apart, 0.0)
    conducts = [total(weight * (sources.conduct >> bit & 1)) for bit in range(len(CONDUCTS))]
    named = np.maximum(np.sum(conducts, axis=0), 1e-9)
    return features | {
        "share_strikes": total(weight * (voices.spoken.strikes > 0)) / (heard + 1.0),
        "one_conduct": np.where(heard > 1.5, voices.trust * (np.max(conducts, axis=0) / named - 0.5), 0.0),
        "upheld": np.log1p(total(weight * (columns.upheld[row] > 0))),
        "rejected": np.log1p(total(weight * (columns.rejected[row] > 0))),
    }


# The probability of acting together that is given to somebody of whom nothing tells: it speaks neither way.
_USUALLY = 0.25


def _doubts(voices: _Voices) -> dict[str, Floats]:
    """How far those who count might still act together."""
    together = voices.spoken.together
    return {"doubt": voices.total(voices.weight * (together - _USUALLY)) / (voices.heard + 1.0)}


def _times(columns: Columns, voices: _Voices) -> dict[str, Floats]:
    """How long after the first who accused they speak, and how far apart, in logarithms of hours."""
    sources, accuses = voices.sources, voices.sources.accuses & ~voices.spoken.aside
    at, look = columns.at[sources.first], sources.look
    start = np.full(voices.spoken.looks.size, np.inf)
    np.minimum.at(start, look[accuses], at[accuses])
    hours = np.zeros(sources.size)
    hours[accuses] = np.log1p((at[accuses] - start[look[accuses]]) / 3600)
    late = voices.total(voices.weight * hours) / voices.some
    square = voices.total(voices.weight * hours**2) / voices.some
    several = voices.heard > 1.5
    return {
        "late": np.where(several, voices.trust * (late - 2.0), 0.0),
        "late_spread": np.where(several, voices.trust * np.sqrt(np.maximum(square - late**2, 0.0)), 0.0),
    }


# The factors of an assessment's reasons that features belong to, in the order in which they are told.
FAMILY: dict[str, str] = {
    **{name: name for name in CHANNELS},
    "voices": "voices",
    "a_voice": "voices",
    "relays": "relays",
    "relays_alone": "relays",
    "relays_crowd": "relays",
    **{f"verified_{name}": "verified_evidence" for name in ("machine", "recorded", "shown")},
    **{f"unverified_{name}": "unverified_evidence" for name in ("machine", "recorded", "shown")},
    "share_pictured": "unverified_evidence",
    "refuted": "refuted_evidence",
    "verified": "verified_evidence",
    "checked": "checked_evidence",
    "share_genuine": "checked_evidence",
    "share_false": "checked_evidence",
    "share_strikes": "accounts",
    "one_conduct": "words",
    **{f"share_{name}": name for name in ("sealed", "form", "user_report", "trusted_flagger")},
    "retracted": "retractions",
    "denials": "disputes",
    "denials_each": "disputes",
    "verified_denials": "verified_denials",
    **dict.fromkeys(("share_upheld", "share_rejected", "upheld", "rejected"), "records"),
    **{f"share_{name}": "accounts" for name in ("new", "older", "popular")},
    **{f"share_{name}": "words" for name in ("long", "alike", "minor")},
    "doubt": "doubt",
    "late": "rhythm",
    "late_spread": "rhythm",
    "share_night": "rhythm",
}
FAMILIES: tuple[str, ...] = ("already_accused", *dict.fromkeys(FAMILY.values()), "repetition")
