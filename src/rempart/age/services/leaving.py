"""What is left of challenges once they are over: erased in time, handed to their owner, erased at their word."""

from datetime import datetime
from typing import Any

from rempart import ledger
from rempart.age.models import Challenge
from rempart.age.services import evidence
from rempart.age.services.guards import named_by
from rempart.correspondence.services import erase_conversation, export_conversation


def erase_challenges(before: datetime) -> int:
    """Challenges that were over before that moment, with all that was decided about them and said."""
    over = Challenge.objects.exclude(state__in=Challenge.CURRENT).filter(state_at__lt=before)
    return sum(_erase(one, because="retention") for one in over.select_related("conversation"))


def erase_of(service: str, handle: str, *, because: str) -> tuple[int, int]:
    """Erase what is over about an account; returns how many went, and how many stay since they are not over."""
    found = Challenge.objects.filter(named_by(service, handle))
    over = found.exclude(state__in=Challenge.CURRENT)
    gone = sum(_erase(one, because=because) for one in over.select_related("conversation"))
    return gone, found.count()


def count_of(service: str, handle: str) -> tuple[int, int]:
    """How many would go, and how many would stay."""
    found = Challenge.objects.filter(named_by(service, handle))
    stays = found.filter(state__in=Challenge.CURRENT).count()
    return found.count() - stays, stays


def export_of(service: str, handle: str) -> list[dict[str, Any]]:
    """Everything about an account, but for who decided, what members note for each other, and who reported."""
    found = Challenge.objects.filter(named_by(service, handle)).select_related("conversation")
    return [_exported(one) for one in found.order_by("opened_at", "pk")]


def _exported(one: Challenge) -> dict[str, Any]:
    return {
        "because": one.get_because_display(),
        "asked": one.get_step_display(),
        "over": one.over,
        "opened_at": one.opened_at,
        "due_at": one.due_at,
        "answered_at": one.answered_at,
        "state": one.get_state_display(),
        "probability": one.probability,
        "rests_on": [{"source": each.source, "text": each.text} for each in evidence.of(one)],
        "decisions": [
            {"kind": each.get_kind_display(), "in_force_at": each.in_force_at, "words": each.words}
            for each in one.decisions.exclude(in_force_at=None)
        ],
        "appeals": [
            {"made_at": each.made_at, "outcome": each.get_outcome_display(), "decided_at": each.decided_at}
            for each in one.appeals.all()
        ],
        "done_on_the_platform": [
            {"kind": each.get_kind_display(), "from": each.carried_out_at, "until": each.lifted_at}
            for each in one.orders.all()
        ],
        "conversation": export_conversation(one.conversation) if one.conversation else None,
    }


def _erase(challenge: Challenge, *, because: str) -> int:
    conversations = [challenge.conversation]
    for appeal in challenge.appeals.all():
        conversations += [one.conversation for one in appeal.vouchers.select_related("conversation")]
        for voucher in appeal.vouchers.all():
            ledger.erase(voucher, because=because)
        ledger.erase(appeal, because=because)
    for thing in [*challenge.decisions.all(), *challenge.orders.all(), challenge]:
        ledger.erase(thing, because=because)
    challenge.delete()
    for conversation in conversations:
        if conversation is not None:
            erase_conversation(conversation, because=because)
    return 1
