"""What can be done to cases: one function a use case, one transaction each, its ledger row last."""

from rempart.casework.services.assessing import assess_accounts, assess_wave, record_assessment
from rempart.casework.services.concluding import (
    begin_inquiry,
    close_case,
    decide_final,
    declare_conflict,
    final_choices,
    take_no_action,
    warn,
)
from rempart.casework.services.due import record_lapses
from rempart.casework.services.four_eyes import approve_approximation, propose_approximation, why_two
from rempart.casework.services.lifting import (
    cancel_announced_lift,
    lift_decision,
    lift_measure,
    lift_measures,
    record_lifts,
)
from rempart.casework.services.replays import ask_simulation, compute_simulation, replay_wave
from rempart.casework.services.reviewing import (
    approve_decision,
    confirm_decision,
    decline_decision,
    may_renew,
    record_danger,
    renew_decision,
)
from rempart.casework.services.rulebooks import book_of, put_in_force, rulebook_in_force, store_rulebook
from rempart.casework.services.taking import needs_delay
from rempart.casework.services.undoing import forget_acts, undo, undoable

__all__ = [
    "approve_approximation",
    "approve_decision",
    "ask_simulation",
    "assess_accounts",
    "assess_wave",
    "begin_inquiry",
    "book_of",
    "cancel_announced_lift",
    "close_case",
    "compute_simulation",
    "confirm_decision",
    "decide_final",
    "declare_conflict",
    "decline_decision",
    "final_choices",
    "forget_acts",
    "lift_decision",
    "lift_measure",
    "lift_measures",
    "may_renew",
    "needs_delay",
    "propose_approximation",
    "put_in_force",
    "record_assessment",
    "record_danger",
    "record_lapses",
    "record_lifts",
    "renew_decision",
    "replay_wave",
    "rulebook_in_force",
    "store_rulebook",
    "take_no_action",
    "undo",
    "undoable",
    "warn",
    "why_two",
]
