"""Tables of the age room."""

from rempart.age.models.assurances import Assurance, Confidence, Method, Subject
from rempart.age.models.challenges import AgeDecision, Challenge, ChallengeAppeal, Voucher
from rempart.age.models.consents import Consent, GuardianBond
from rempart.age.models.counts import GoneCount
from rempart.age.models.gate import Attempt
from rempart.age.models.orders import AgeOrder
from rempart.age.models.proofs import ProofCount, ProofRequest, SpentProof, TrustFile
from rempart.age.models.reports import AgeMatter, AgeSighting, ClosedYoung, Comeback, UnderAgeReport
from rempart.age.models.safeguarding import ProtectionCase
from rempart.age.models.vendors import VendorRequest

__all__ = [
    "AgeDecision",
    "AgeMatter",
    "AgeOrder",
    "AgeSighting",
    "Assurance",
    "Attempt",
    "Challenge",
    "ChallengeAppeal",
    "ClosedYoung",
    "Comeback",
    "Confidence",
    "Consent",
    "GoneCount",
    "GuardianBond",
    "Method",
    "ProofCount",
    "ProofRequest",
    "ProtectionCase",
    "SpentProof",
    "Subject",
    "TrustFile",
    "UnderAgeReport",
    "VendorRequest",
    "Voucher",
]
