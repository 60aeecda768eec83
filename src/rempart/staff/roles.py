"""Who may do what: roles are what people hold, permissions are what code asks for.

A member holds one or several roles, since in a small team one person does several jobs; what they may do is the sum.
Each role holds the least that its job needs. docs/roles.md says the same of every page, and a test holds it to it.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A job that a member does here."""

    READER = "reader", _("Reader")
    REVIEWER = "reviewer", _("Reviewer")
    SENIOR_REVIEWER = "senior_reviewer", _("Senior reviewer")
    POLICY_OWNER = "policy_owner", _("Policy owner")
    AUTHORITY_LIAISON = "authority_liaison", _("Authority liaison")
    AUDITOR = "auditor", _("Auditor")
    CHILD_SAFETY = "child_safety", _("Child safety officer")
    CARE = "care", _("Care team")
    ADMINISTRATOR = "administrator", _("Administrator")


class Permission(StrEnum):
    """Something that a page or a service asks for. Code never asks for a role."""

    SEE_WAVES = "see_waves"  # waves, rulebooks, replays, simulations: figures, no testimony
    READ_CASES = "read_cases"  # cases with their testimonies
    REVIEW = "review"  # approve, decline, confirm, lift, claim, write notes, answer conversations
    COUNTERSIGN = "countersign"  # escalations, appeals, second approvals of final measures
    SET_POLICY = "set_policy"  # draft, shadow and approve rulebooks
    LIAISE = "liaise"  # threats to life, referrals, legal holds
    AUDIT = "audit"  # the ledger, what staff did, samplings and agreement; changes nothing
    CHILD_SAFETY = "child_safety"  # open, report and destroy locked files
    CARE = "care"  # the files of people looked after; no case and no testimony
    AGE = "age"  # reports of under-age accounts, steps asked of them, appeals; no testimony
    ADMINISTER = "administer"  # members, invitations, machine keys, endpoints; no case


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.SEE_WAVES, Permission.READ_CASES}),
    Role.REVIEWER: frozenset({Permission.SEE_WAVES, Permission.READ_CASES, Permission.REVIEW, Permission.AGE}),
    Role.SENIOR_REVIEWER: frozenset(
        {Permission.SEE_WAVES, Permission.READ_CASES, Permission.REVIEW, Permission.COUNTERSIGN, Permission.AGE}
    ),
    Role.POLICY_OWNER: frozenset({Permission.SEE_WAVES, Permission.SET_POLICY}),
    Role.AUTHORITY_LIAISON: frozenset({Permission.SEE_WAVES, Permission.READ_CASES, Permission.LIAISE}),
    Role.AUDITOR: frozenset({Permission.SEE_WAVES, Permission.READ_CASES, Permission.AUDIT}),
    Role.CHILD_SAFETY: frozenset({Permission.CHILD_SAFETY, Permission.AGE}),
    Role.CARE: frozenset({Permission.CARE}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What somebody may do who holds these roles."""
    return frozenset[Permission]().union(*(PERMISSIONS[Role(role)] for role in roles))
