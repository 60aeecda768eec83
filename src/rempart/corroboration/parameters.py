"""What corroboration believes before it sees a wave: every weight of the model, read from a YAML file.

The shipped file is `parameters.yaml`, beside this module; it says what each number means. Weights are natural log-odds.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import yaml
from msgspec import Meta

from rempart.records.vocabulary import Channel, EvidenceKind

Weight = Annotated[float, Meta(ge=0, le=50)]
Share = Annotated[float, Meta(ge=0, le=1)]
LogOdds = Annotated[float, Meta(ge=-50, le=50)]


class _Checked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct whose unknown fields are mistakes."""


class Growth(_Checked, frozen=True, kw_only=True):
    """Evidence that grows with what is observed, up to a bound."""

    slope: Weight
    at_most: Weight


class Sharing(Growth, frozen=True, kw_only=True):
    """How sharing one thing speaks for acting together: `start` before counting those who share it, `usual` the least
    share of people who do so by chance."""

    start: LogOdds
    usual: Share


class Rhythm(Growth, frozen=True, kw_only=True):
    """How regular intervals speak for acting together; `longest` in seconds."""

    longest: Annotated[float, Meta(gt=0)]


class Synchrony(Growth, frozen=True, kw_only=True):
    """How short intervals speak for acting together; `typical` in seconds."""

    typical: Annotated[float, Meta(gt=0)]


class Record(_Checked, frozen=True, kw_only=True):
    """Earlier reports, upheld and rejected, lent to every reporter."""

    upheld: Annotated[float, Meta(gt=0)]
    rejected: Annotated[float, Meta(ge=0)]


class SharingByKind(_Checked, frozen=True, kw_only=True):
    """What each thing that reporters of one account may share says of their acting together."""

    text: Sharing
    wording: Sharing
    device: Sharing
    network: Sharing
    community: Sharing
    newcomers: Sharing
    cohort: Sharing
    targets: Sharing


class Opened(_Checked, frozen=True, kw_only=True):
    """When accounts are opened together, in days: `new` as long as an account is new, then how wide a window is for
    new ones and for older ones."""

    new: Annotated[float, Meta(ge=0)]
    newcomers: Annotated[float, Meta(gt=0)]
    cohort: Annotated[float, Meta(gt=0)]


class Parameters(_Checked, frozen=True, kw_only=True):
    """Every number of the model; parameters.yaml explains them one by one."""

    already_accused: Weight
    first_hand: dict[Channel, Weight]
    relay: Weight
    relays_at_most: Annotated[float, Meta(gt=0)]
    dispute: Weight
    disputes_at_most: Annotated[float, Meta(gt=0)]
    verified: dict[EvidenceKind, Weight]
    verified_denial: Share
    unverified: dict[EvidenceKind, Weight]
    refuted: Weight
    left_after_refuted: Share
    left_after_retraction: Share
    record: Record
    sharing: SharingByKind
    opened: Opened
    relayed_target: Share
    several_targets: Share
    elsewhere_at_least: Annotated[float, Meta(gt=0)]
    copy_similarity: Annotated[float, Meta(gt=0, lt=1)]
    copy_certain: Annotated[float, Meta(gt=0, le=1)]
    copy_length: Annotated[int, Meta(ge=1)]
    retold: Annotated[float, Meta(gt=0, lt=1)]
    retold_certain: Annotated[float, Meta(gt=0, le=1)]
    retold_times: Annotated[float, Meta(ge=1)]
    not_shared_by_bystanders: Weight
    overlap: Weight
    regular_spacing: Rhythm
    synchrony: Synchrony
    group_record: Growth
    group_odds_at_least: Annotated[float, Meta(gt=0)]
    campaign_at_least: Annotated[int, Meta(ge=2)]
    worth_of_a_campaign: Share
    hidden_campaign: LogOdds
    nothing_shared: Growth
    unseen_members: Weight
    known_to_be_apart: Share
    because_at_most: Annotated[int, Meta(ge=0)]

    def __post_init__(self) -> None:
        for name, given, needed in (
            ("first_hand", self.first_hand.keys(), Channel),
            ("verified", self.verified.keys(), EvidenceKind),
            ("unverified", self.unverified.keys(), EvidenceKind),
        ):
            if missing := set(get_args(needed)) - given:
                raise ValueError(f"`{name}` says nothing of {', '.join(sorted(missing))}")


def read_parameters(text: str) -> Parameters:
    """The parameters in a YAML text. Raises ValueError naming the field at fault."""
    try:
        return msgspec.convert(yaml.safe_load(text), Parameters)
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error


def load_parameters(path: str) -> Parameters:
    """The parameters in a file. Raises FileNotFoundError, and ValueError naming the field at fault."""
    return read_parameters(Path(path).read_text(encoding="utf-8"))


@cache
def shipped_parameters() -> Parameters:
    """The parameters that come with Rempart."""
    return read_parameters(files(__package__).joinpath("parameters.yaml").read_text(encoding="utf-8"))
