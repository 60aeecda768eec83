"""What the age room tells others, inside the transaction that did it. What a receiver raises undoes the act."""

from django.dispatch import Signal

# assurance: Assurance. Somebody was shown to be over an age, or not.
assured = Signal()

# challenge: Challenge, orders: list[AgeOrder]. What a platform is asked for was written, or its end moved.
orders_changed = Signal()

# challenge: Challenge. Where it stands changed: asked, to be decided, restricted, over.
challenge_moved = Signal()

# attempt: Attempt. Somebody who signs up may have an account once a parent or guardian consents.
guardian_needed = Signal()

# case: ProtectionCase. A child-safety officer said what was done, and whether a step may follow (`go_ahead`).
protection_settled = Signal()

# attempt: Attempt, owner: Subject. A sign-up became an account.
attempt_bound = Signal()

# subject: Subject. What a guardian agrees to for somebody changed.
consent_changed = Signal()

# proof: ProofRequest. A wallet showed what was asked for; a guardian's says nothing of the child's age.
proved = Signal()
