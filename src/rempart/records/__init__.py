"""The records that travel between rooms, programs and files, and the ways to read and write them."""

from rempart.records.accounts import AccountFacts, AccountRow, AgeBand
from rempart.records.assessment import Assessment, Factor, ServiceView
from rempart.records.conversation import Conversation, Message
from rempart.records.decision import Decision, Reasons, Truth
from rempart.records.pile_ons import Action, CopiedComments, Group, Membership, PileOnAlert
from rempart.records.post import Post, Statement
from rempart.records.radar import AgeEstimate, AgeEvidence, Counters, FameAlert, FamePoint, WaveAlert, WavePoint
from rempart.records.references import AccountReference, Service
from rempart.records.testimony import Evidence, Origin, Reporter, Testimony
from rempart.records.vocabulary import Channel, Conduct, EvidenceKind, Measure, Stance

__all__ = [
    "AccountFacts",
    "AccountReference",
    "AccountRow",
    "Action",
    "AgeBand",
    "AgeEstimate",
    "AgeEvidence",
    "Assessment",
    "Channel",
    "Conduct",
    "Conversation",
    "CopiedComments",
    "Counters",
    "Decision",
    "Evidence",
    "EvidenceKind",
    "Factor",
    "FameAlert",
    "FamePoint",
    "Group",
    "Measure",
    "Membership",
    "Message",
    "Origin",
    "PileOnAlert",
    "Post",
    "Reasons",
    "Reporter",
    "Service",
    "ServiceView",
    "Stance",
    "Statement",
    "Testimony",
    "Truth",
    "WaveAlert",
    "WavePoint",
]
