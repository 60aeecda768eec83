"""Tables of the age room."""

from rempart.age.models.assurances import Assurance, Confidence, Method, Subject
from rempart.age.models.challenges import AgeDecision, Challenge, ChallengeAppeal, Voucher
from rempart.age.models.orders import AgeOrder

__all__ = [
    "AgeDecision",
    "AgeOrder",
    "Assurance",
    "Challenge",
    "ChallengeAppeal",
    "Confidence",
    "Method",
    "Subject",
    "Voucher",
]
