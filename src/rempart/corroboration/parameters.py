"""What corroboration believes before it sees a wave: every number of the model, read from a YAML file.

The shipped file is `parameters.yaml`, beside this module; it says what each number means. Weights are natural log-odds
for each unit of the feature that they are named after. They were learnt by `benchmarks/corroboration_fit.py`.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
LogOdds = Annotated[float, Meta(ge=-50, le=50)]

# The loader of libyaml reads the same language twenty times as fast, where PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Checked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct whose unknown fields are mistakes."""


class Looking(_Checked, frozen=True, kw_only=True):
    """What counts as new, as a copy, as rare, and how often one looks again; parameters.yaml explains each."""

    new_account: Positive
    newcomers: Positive
    cohort: Positive
    copy_similarity: Annotated[float, Meta(gt=0, lt=1)]
    copy_length: Annotated[int, Meta(ge=1)]
    retold_times: Annotated[float, Meta(ge=1)]
    elsewhere_at_least: Positive
    earlier_targets: Annotated[int, Meta(ge=1)]
    usual_lent: Positive
    every_one_until: Annotated[int, Meta(ge=1)]
    growth: Positive


class Counting(_Checked, frozen=True, kw_only=True):
    """From which probability of acting on orders a source counts for less, and from which it is set aside: it counts
    for nothing, and the others are compared as if it had not spoken."""

    less_from: Share
    aside_from: Share

    def __post_init__(self) -> None:
        if self.less_from >= self.aside_from:
            raise ValueError("`less_from` is not below `aside_from`")


class Linear(_Checked, frozen=True, kw_only=True):
    """A logistic model: log-odds where every feature is zero, and what each unit of a feature adds."""

    start: LogOdds
    weights: dict[str, LogOdds]


class Parameters(_Checked, frozen=True, kw_only=True):
    """Every number of the model; parameters.yaml explains them."""

    looking: Looking
    counting: Counting
    first_round: Linear
    second_round: Linear
    campaign: Linear
    belief: Linear
    known_to_act: Share
    disputes_at_most: Positive
    because_at_most: Annotated[int, Meta(ge=0)]


def read_parameters(text: str) -> Parameters:
    """The parameters in a YAML text. Raises ValueError naming the field at fault."""
    try:
        return msgspec.convert(yaml.load(text, _Loader), Parameters)  # noqa: S506 - both loaders are the safe ones
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error


def load_parameters(path: str) -> Parameters:
    """The parameters in a file. Raises FileNotFoundError, and ValueError naming the field at fault.

    A model weighs the features that the shipped one does: one that is forgotten or misspelt is a mistake.
    """
    given = read_parameters(Path(path).read_text(encoding="utf-8"))
    for model in ("first_round", "second_round", "campaign", "belief"):
        names, known = (getattr(one, model).weights.keys() for one in (given, shipped_parameters()))
        if forgotten := known - names:
            raise ValueError(f"`{model}.weights` says nothing of {', '.join(sorted(forgotten))}")
        if unknown := names - known:
            raise ValueError(f"`{model}.weights` weighs what there is not: {', '.join(sorted(unknown))}")
    return given


@cache
def shipped_parameters() -> Parameters:
    """The parameters that come with Rempart."""
    return read_parameters(files(__package__).joinpath("parameters.yaml").read_text(encoding="utf-8"))
