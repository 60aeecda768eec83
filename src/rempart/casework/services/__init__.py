"""What can be done to cases: one function a use case, one transaction each, its ledger row last."""

from rempart.casework.services.assessing import assess_accounts, assess_wave, record_assessment
from rempart.casework.services.due import record_lapses
from rempart.casework.services.replays import ask_simulation, compute_simulation, replay_wave
from rempart.casework.services.reviewing import (
    approve_decision,
    close_case,
    confirm_decision,
    declare_conflict,
    decline_decision,
    lift_decision,
    lift_measure,
    lift_measures,
    may_renew,
    record_danger,
    renew_decision,
)
from rempart.casework.services.rulebooks import book_of, put_in_force, rulebook_in_force, store_rulebook
from rempart.casework.services.taking import needs_delay

__all__ = [
    "approve_decision",
    "ask_simulation",
    "assess_accounts",
    "assess_wave",
    "book_of",
    "close_case",
    "compute_simulation",
    "confirm_decision",
    "declare_conflict",
    "decline_decision",
    "lift_decision",
    "lift_measure",
    "lift_measures",
    "may_renew",
    "needs_delay",
    "put_in_force",
    "record_assessment",
    "record_danger",
    "record_lapses",
    "renew_decision",
    "replay_wave",
    "rulebook_in_force",
    "store_rulebook",
]
