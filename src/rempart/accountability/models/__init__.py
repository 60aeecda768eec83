"""The tables of the accountability room."""

from rempart.accountability.models.answers import Answer, Enclosure
from rempart.accountability.models.authorities import Authority
from rempart.accountability.models.commitments import Commitment
from rempart.accountability.models.publications import FiguresSoFar, PublishedFigures
from rempart.accountability.models.reports import TransparencyReport
from rempart.accountability.models.requests import Concerned, Execution, Preservation, Request
from rempart.accountability.models.submissions import Submission

__all__ = [
    "Answer",
    "Authority",
    "Commitment",
    "Concerned",
    "Enclosure",
    "Execution",
    "FiguresSoFar",
    "Preservation",
    "PublishedFigures",
    "Request",
    "Submission",
    "TransparencyReport",
]
