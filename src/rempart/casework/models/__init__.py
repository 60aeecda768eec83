"""The tables of casework, one module a subject; what must never happen is refused by the database."""

from rempart.casework.models.cases import AssessmentRecord, Case
from rempart.casework.models.decisions import (
    LONGEST_PREVENTIVE,
    Decision,
    MeasureTaken,
    PlatformOrder,
)
from rempart.casework.models.process import ConflictOfInterest, Outcome
from rempart.casework.models.replays import Simulation, WaveReplay
from rempart.casework.models.rulebooks import RulebookVersion, ShadowJudgement

__all__ = [
    "LONGEST_PREVENTIVE",
    "AssessmentRecord",
    "Case",
    "ConflictOfInterest",
    "Decision",
    "MeasureTaken",
    "Outcome",
    "PlatformOrder",
    "RulebookVersion",
    "ShadowJudgement",
    "Simulation",
    "WaveReplay",
]
