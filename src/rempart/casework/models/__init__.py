"""The tables of casework, one module a subject; what must never happen is refused by the database."""

from rempart.casework.models.cases import AssessmentRecord, Case
from rempart.casework.models.decisions import (
    LONGEST_PREVENTIVE,
    Decision,
    MeasureTaken,
    PlatformOrder,
)
from rempart.casework.models.desk import (
    CaseText,
    Claim,
    DeskSettings,
    Exposure,
    Independence,
    Macro,
    Mention,
    Note,
    SavedFilter,
    SecondReview,
)
from rempart.casework.models.process import ConflictOfInterest, Outcome
from rempart.casework.models.replays import Simulation, WaveReplay
from rempart.casework.models.rulebooks import RulebookVersion, ShadowJudgement

__all__ = [
    "LONGEST_PREVENTIVE",
    "AssessmentRecord",
    "Case",
    "CaseText",
    "Claim",
    "ConflictOfInterest",
    "Decision",
    "DeskSettings",
    "Exposure",
    "Independence",
    "Macro",
    "MeasureTaken",
    "Mention",
    "Note",
    "Outcome",
    "PlatformOrder",
    "RulebookVersion",
    "SavedFilter",
    "SecondReview",
    "ShadowJudgement",
    "Simulation",
    "WaveReplay",
]
