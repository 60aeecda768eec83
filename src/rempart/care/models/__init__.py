"""What care keeps: files, steps, protections, shields."""

from rempart.care.models.asking import Asked
from rempart.care.models.files import CareFile, CareStep
from rempart.care.models.people import By, Guardian, Introduction, Mandate, Mentor
from rempart.care.models.postvention import Peer, Postvention

__all__ = [
    "Asked",
    "By",
    "CareFile",
    "CareStep",
    "Guardian",
    "Introduction",
    "Mandate",
    "Mentor",
    "Peer",
    "Postvention",
]
