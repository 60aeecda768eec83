"""The tables of casework, one module a subject; what must never happen is refused by the database."""

from rempart.casework.models.appeals import Appeal, AppealWindow, Reconsideration
from rempart.casework.models.authorities import HeldCopy, LegalHold, Referral, ThreatDecision
from rempart.casework.models.cases import AssessmentRecord, Case
from rempart.casework.models.complainants import Complainant, Telling
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
from rempart.casework.models.disclosure import DisclosedFact
from rempart.casework.models.identity import AccountLink
from rempart.casework.models.misuse import LONGEST_SUSPENSION, ReportingRestriction, UnfoundedReport
from rempart.casework.models.notices import ServiceContact, ServiceNotice
from rempart.casework.models.parties import DataRequest, HeldSum, RespondentSide, ToTell
from rempart.casework.models.policy import ComparedCase, DraftComparison, ThresholdSweep
from rempart.casework.models.process import ConflictOfInterest, LastAct, Outcome
from rempart.casework.models.replays import Simulation, WaveReplay
from rempart.casework.models.rulebooks import RulebookVersion, ShadowJudgement
from rempart.casework.models.statements import Statement
from rempart.casework.models.times import Escalation, Passing, Reminder, SeenUntil

__all__ = [
    "LONGEST_PREVENTIVE",
    "LONGEST_SUSPENSION",
    "AccountLink",
    "Appeal",
    "AppealWindow",
    "AssessmentRecord",
    "Case",
    "CaseText",
    "Claim",
    "ComparedCase",
    "Complainant",
    "ConflictOfInterest",
    "DataRequest",
    "Decision",
    "DeskSettings",
    "DisclosedFact",
    "DraftComparison",
    "Escalation",
    "Exposure",
    "HeldCopy",
    "HeldSum",
    "Independence",
    "LastAct",
    "LegalHold",
    "Macro",
    "MeasureTaken",
    "Mention",
    "Note",
    "Outcome",
    "Passing",
    "PlatformOrder",
    "Reconsideration",
    "Referral",
    "Reminder",
    "ReportingRestriction",
    "RespondentSide",
    "RulebookVersion",
    "SavedFilter",
    "SecondReview",
    "SeenUntil",
    "ServiceContact",
    "ServiceNotice",
    "ShadowJudgement",
    "Simulation",
    "Statement",
    "Telling",
    "ThreatDecision",
    "ThresholdSweep",
    "ToTell",
    "UnfoundedReport",
    "WaveReplay",
]
