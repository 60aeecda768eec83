"""How what this room keeps is erased once its time is over (privacy/register.yaml says when, and why)."""

from datetime import datetime

from rempart import ledger
from rempart.age.models import Assurance, ProofRequest, SpentProof
from rempart.age.services import evidence, forgetting, leaving


def erase_assurances(before: datetime) -> int:
    """Assurances that ended before that moment."""
    ended = list(Assurance.objects.filter(expires_at__lt=before))
    for one in ended:
        ledger.erase(one, because="retention")
        one.delete()
    return len(ended)


def erase_proofs(before: datetime) -> int:
    """Requests for a proof whose time was over before that moment."""
    ended = list(ProofRequest.objects.filter(expires_at__lt=before))
    for one in ended:
        ledger.erase(one, because="retention")
        one.delete()
    return len(ended)


def erase_spent(before: datetime) -> int:
    """Digests of what expired before that moment, and could be shown to nobody any more."""
    return SpentProof.objects.filter(until__lt=before).delete()[0]


ERASERS = {
    "challenge": leaving.erase_challenges,
    "age_evidence": evidence.erase_past,
    "assurance": erase_assurances,
    "age_proof": erase_proofs,
    "spent_proof": erase_spent,
    "guardian": forgetting.erase_guardians,
    "vendor_request": forgetting.erase_vendor_requests,
    "age_attempt": forgetting.erase_attempts,
    "age_matter": forgetting.erase_matters,
    "closed_young": forgetting.erase_closed,
    "protection_case": forgetting.erase_protection_cases,
}
