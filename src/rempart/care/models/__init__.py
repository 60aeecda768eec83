"""What care keeps: files, steps, protections, shields."""

from rempart.care.models.asking import Asked
from rempart.care.models.files import CareFile, CareStep
from rempart.care.models.orders import CareOrder
from rempart.care.models.people import By, Guardian, Introduction, Mandate, Mentor
from rempart.care.models.postvention import Peer, Postvention
from rempart.care.models.protections import Protection
from rempart.care.models.shields import EvidenceFolder, Shield, ShieldedComment, ShieldGroup

__all__ = [
    "Asked",
    "By",
    "CareFile",
    "CareOrder",
    "CareStep",
    "EvidenceFolder",
    "Guardian",
    "Introduction",
    "Mandate",
    "Mentor",
    "Peer",
    "Postvention",
    "Protection",
    "Shield",
    "ShieldGroup",
    "ShieldedComment",
]
