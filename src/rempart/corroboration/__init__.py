"""From testimonies to an assessment of each account: how far what is said can be believed, and why."""

from rempart.corroboration.accused import Account
from rempart.corroboration.assessing import assess, collector_paused, timeline
from rempart.corroboration.engine import Engine
from rempart.corroboration.identity import Accounts
from rempart.corroboration.parameters import Parameters, load_parameters, shipped_parameters
from rempart.corroboration.together import Together, assess_with_ties
from rempart.records.testimonies import read_testimonies, testimonies_of

__all__ = [
    "Account",
    "Accounts",
    "Engine",
    "Parameters",
    "Together",
    "assess",
    "assess_with_ties",
    "collector_paused",
    "load_parameters",
    "read_testimonies",
    "shipped_parameters",
    "testimonies_of",
    "timeline",
]
