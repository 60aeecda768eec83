"""What casework tells the modules that speak to people and the rooms on its right, inside the transaction that did it.

Receivers connect in an app's `ready()`. What a receiver raises undoes the act: a party who must be told is told, or
nothing happened.
"""

from django.dispatch import Signal

# case: Case. A case was opened.
case_opened = Signal()

# case: Case, record: AssessmentRecord. What is believed of an account changed.
case_assessed = Signal()

# decision: Decision. It has its dates and its orders; it may begin later. Sent again when imminent danger brings its
# beginning forward.
decision_taken = Signal()

# decision: Decision. A reviewer declined what was proposed.
proposal_declined = Signal()

# decision: Decision. It reached its end by itself.
decision_lapsed = Signal()

# decision: Decision, measures: list[MeasureTaken], reason: str, acting: StaffMember. Lifted now: at once, or since
# the moment that was announced has come.
decision_lifted = Signal()

# decision: Decision, measures: list[MeasureTaken], at: datetime. They will be lifted then; complainants hear now.
lift_announced = Signal()

# decision: Decision, measures: list[MeasureTaken]. A lift that was announced will not happen.
lift_cancelled = Signal()

# case: Case, kind: str, decisions: list[Decision] that the act had touched (those that it made are `undone`), acting:
# StaffMember. A person undid their last act within a minute: what was to be told of it is not told.
act_undone = Signal()

# outcome: Outcome. The question that the case asks was answered.
outcome_reached = Signal()

# appeal: Appeal. Filed, answered.
appeal_filed = Signal()
appeal_answered = Signal()

# case: Case, orders: list[PlatformOrder]. Orders to the platform that were written or moved, or that two people made
# ready to be carried out. What is no longer ordered is deleted with all that hangs on it.
orders_settled = Signal()
