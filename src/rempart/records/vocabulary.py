"""The closed lists of words that records use, in the order in which they are listed to people."""

from typing import Literal, get_args

Stance = Literal["testimony", "relay", "support", "dispute", "news", "other"]
TestimonyStance = Literal["testimony", "relay", "dispute"]
Channel = Literal["public_post", "form", "sealed", "user_report", "trusted_flagger"]
Conduct = Literal[
    "nude_request",
    "sexual_messages",
    "unsolicited_nudes",
    "grooming",
    "sextortion",
    "image_abuse",
    "sexual_assault",
    "harassment",
    "financial_exploitation",
]
MentionedEvidence = Literal["screenshot", "video", "audio", "export", "witness", "complaint_filed"]
EvidenceKind = Literal["screenshot", "export", "platform_log", "audio", "video", "witness"]
Mode = Literal["preventive", "final", "none"]
Approval = Literal["automatic", "one_reviewer", "two_reviewers"]

# Lightest first: proportion compares measures by their place in this list.
Measure = Literal[
    "watch",
    "no_recommendation",
    "no_contact_with_minors",
    "no_new_contacts",
    "no_live",
    "no_monetisation",
    "read_only",
    "suspend",
]

# What a platform can switch on for somebody who becomes known overnight. Help that they accept, never a measure.
Protection = Literal["no_strangers_messages", "comment_filter", "no_live", "hide_follower_counts", "no_duets"]
# What a platform can do about comments that fall on somebody.
CommentAct = Literal["hide", "report"]
# What a platform can do about an account whose owner may be too young for it: private while they are asked, closed for
# now with everything kept, erased. Never a measure of the ladder: nobody did anything.
AgeStep = Literal["private", "restrict", "erase"]

CONDUCTS: tuple[Conduct, ...] = get_args(Conduct)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
MEASURES: tuple[Measure, ...] = get_args(Measure)
PROTECTIONS: tuple[Protection, ...] = get_args(Protection)
COMMENT_ACTS: tuple[CommentAct, ...] = get_args(CommentAct)
AGE_STEPS: tuple[AgeStep, ...] = get_args(AgeStep)

# How grave each kind of conduct is, from 1 to 4 (0 is kept for "nothing known").
CONDUCT_SEVERITY: dict[Conduct, int] = {
    "harassment": 1,
    "financial_exploitation": 1,
    "sexual_messages": 2,
    "unsolicited_nudes": 2,
    "nude_request": 2,
    "grooming": 3,
    "sextortion": 3,
    "image_abuse": 3,
    "sexual_assault": 4,
}


def severity(conduct: "frozenset[Conduct] | set[Conduct] | list[Conduct]", *, minor: bool) -> int:
    """Severity from 0 (nothing known) to 4 of the worst conduct, one more (at most 4) when a complainant is a minor."""
    worst = max((CONDUCT_SEVERITY[kind] for kind in conduct), default=0)
    return min(worst + 1, 4) if minor and worst else worst
