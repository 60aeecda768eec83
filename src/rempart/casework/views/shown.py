"""What the templates of the desk need to know, and nothing more: plain values that selectors fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rempart.pages.charts import Hour, Moment
from rempart.records.references import AccountReference


@dataclass(frozen=True, kw_only=True)
class WaveLine:
    """A wave in the list of waves."""

    url: str
    hashtag: str
    since: datetime | None
    posts: int
    testimonies: int
    accounts: int
    restrained: int
    invented: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What holds for an account: `none`, `waiting`, `to_come`, `in_force`, `confirmed`, `lifted` or `ended`."""

    state: str = "none"
    measures: Sequence[str] = ()
    mode: str = "none"
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    review_due: datetime | None = None
    approvals: int = 0
    approvals_needed: int = 0


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """An account of a wave, or a case in the queue. `credibility` is None while it is hidden from the reviewer."""

    url: str
    about: AccountReference
    credibility: float | None
    sources: float
    coordination: float
    severity: int
    testimonies: int
    standing: Standing
    age_band: str | None = None


@dataclass(frozen=True, kw_only=True)
class RulebookLine:
    """What one rulebook would have done with a wave."""

    number: int
    name: str
    title: str
    url: str
    restrained: int
    suspended: int
    median_hours: float | None
    testimonies_after_first: int
    only_here: Sequence[AccountReference] = ()
    only_ours: Sequence[AccountReference] = ()
    ours: bool = False

    @property
    def differences(self) -> int:
        """How many accounts it would treat otherwise than the rulebook in force."""
        return len(self.only_here) + len(self.only_ours)


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """Where the cases of a wave stand."""

    restrained: int
    waiting: int
    confirmed: int
    lifted: int
    lapsed: int


@dataclass(frozen=True, kw_only=True)
class WaveShown:
    """The page of a wave."""

    line: WaveLine
    hours: Sequence[Hour]
    moments: Sequence[Moment]
    so_far: SoFar
    rulebooks: Sequence[RulebookLine]
    accounts: Sequence[AccountLine]


@dataclass(frozen=True, kw_only=True)
class TestimonyShown:
    """One testimony as a reviewer reads it; `repeats` are near-duplicates of it."""

    uid: str
    received_at: datetime
    channel: str
    stance: str
    text: str
    lang: str | None
    service: str | None
    spans: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)
    conduct: Sequence[str] = ()
    conduct_services: Sequence[str] = ()
    met_on: Sequence[str] = ()
    complainant_minor: bool | None = None
    evidence: Sequence[str] = ()
    repeats: Sequence["TestimonyShown"] = ()


@dataclass(frozen=True, kw_only=True)
class FactorShown:
    """One reason why what is said is believed or not, as a sentence, with its weight in log-odds."""

    sentence: str
    weight: float
    testimonies: int = 0


@dataclass(frozen=True, kw_only=True)
class ArticleShown:
    """An article of the rulebook that matched: what the person concerned will read."""

    number: str
    title: str
    text: str
    measure: str
    mode: str
    approval: str
    retained: bool = True


@dataclass(frozen=True, kw_only=True)
class EventShown:
    """Something that was done or will happen, for the timeline."""

    at: datetime
    what: str
    who: str = ""
    reason: str = ""
    ahead: bool = False
