"""Children first: what suggests that somebody hurts an account's owner is looked at before their age is.

While a child-safety officer has not looked, nothing is asked of the account and nothing restricts it: to close the
account of a child who tells what is done to them would take away the place where they told it.
"""

import json
import re
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from rempart.age.errors import NotAllowed, NotAsWished, WrongState
from rempart.age.models import ProtectionCase
from rempart.age.services.guards import given_reason, named
from rempart.age.signals import protection_settled
from rempart.correspondence import tasks
from rempart.correspondence.announcing import alarm_team
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records import AccountReference, AccountRow
from rempart.staff.models import StaffMember
from rempart.staff.roles import PERMISSIONS, Permission
from rempart.text.normalise import normalise

DUE = timedelta(hours=24)
"""By when an officer has looked."""
AGAIN = timedelta(hours=4)
"""How long nobody settles it before the officers are called again."""
PURPOSE = "what may show that a child is hurt"
MOST, LONGEST = 40, 2_000  # passages kept of one account, characters of one
SAID, READ, TOLD = "said", "read", "told"
"""Signs: a reporter ticked it; the account's public words suggest it; a reporter's words do."""
# What others say of a child: stems, folded. Found too often on purpose: what follows is a person who looks.
_HURT = re.compile(
    r"\b(?:frapp\w+|battue?s?\b|maltrait\w+|viole\w*|abus sexuel\w*|abuse d|attouch\w+|inceste|chantage|menac\w+"
    r"|photos? nue?s?|nudes?|se mutil\w*|scarifi\w+|suicid\w+|beats? (?:her|him|them|the)|beaten|hits? (?:her|him|them)"
    r"|abus(?:es|ed|ive|ing)\b|raped?|molest\w*|groom\w*|blackmail\w*|threaten\w*|self.?harm\w*|cuts? (?:her|him)self)"
)


def signs_in(texts: Iterable[str]) -> list[str]:
    """The passages of an account's own public words that suggest that somebody hurts its owner."""
    from rempart.radar.age.reader import AgeReader

    row = AccountRow(id="1", service="other", handle="1", posts=list(texts))
    found = AgeReader(now().date()).read(row).safeguarding_evidence
    return [one.text for one in found] if isinstance(found, list) else []


def told_of_harm(text: str) -> bool:
    """Whether somebody else's words about a child speak of harm."""
    return _HURT.search(normalise(text).text) is not None


@transaction.atomic
def look_first(account: AccountReference, *, sign: str, passages: Iterable[str] = ()) -> ProtectionCase | None:
    """Bring an account before the child-safety officers, who are called at once; or add to what they look at.

    passages: what suggests it. None where an officer has looked at all of it before and settled it.
    """
    said = [one[:LONGEST] for one in dict.fromkeys(passages) if one.strip()]
    found = ProtectionCase.objects.select_for_update(of=("self",)).filter(named(account)).order_by("-opened_at", "-pk")
    last = found.first()
    before = _texts(last) if last is not None else []
    new = [one for one in said if one not in before]
    if last is not None and last.settled_at is None:
        if new or sign not in last.signs:
            last.signs = sorted({*last.signs, sign})
            last.sealed_texts = _sealed([*before, *new])
            last.save(update_fields=["signs", "sealed_texts"])
        return last
    if last is not None and not new and sign in last.signs:
        return None
    moment = now()
    case = ProtectionCase.objects.create(
        service=account.service,
        handle=account.handle,
        platform_id=account.id,
        signs=[sign],
        sealed_texts=_sealed(said),
        opened_at=moment,
        due_at=moment + DUE,
        rang_at=moment,
    )
    append(Event.PROTECTION_NEEDED, subject=case, content={"sign": sign, "passages": len(said)})
    _ring(case)
    return case


@transaction.atomic
def read_passages(case: ProtectionCase, *, acting: StaffMember) -> list[str]:
    """What suggests it, for a child-safety officer; recorded. Raises NotAllowed."""
    _ensure_officer(acting)
    append(Event.PROTECTION_READ, subject=case, acting=acting)
    return _texts(case)


@transaction.atomic
def settle(
    case: ProtectionCase,
    *,
    finding: ProtectionCase.Finding | str,
    note: str,
    go_ahead: bool,
    acting: StaffMember,
    authority: str = "",
    report_number: str = "",
) -> ProtectionCase:
    """An officer says what was done for the child, and whether their age may be asked now or the account is left be.

    authority: to whom it was referred, where it was. Those who wait for it hear of it (`signals.protection_settled`).
    Raises NotAllowed, ReasonMissing, WrongState once it is settled, NotAsWished for a referral to nobody.
    """
    _ensure_officer(acting)
    case = ProtectionCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.settled_at is not None:
        raise WrongState
    case.finding, case.note = ProtectionCase.Finding(finding), given_reason(note)
    case.authority, case.report_number = authority.strip(), report_number.strip()
    if case.finding == ProtectionCase.Finding.REFERRED and not case.authority:
        raise NotAsWished(_authority_missing())
    case.go_ahead, case.settled_at, case.settled_by, case.rang_at = go_ahead, now(), acting, None
    case.save()
    content = {"finding": str(case.finding), "go_ahead": go_ahead}
    append(Event.PROTECTION_SETTLED, subject=case, acting=acting, content=content)
    protection_settled.send(ProtectionCase, case=case)
    return case


def ring_due() -> int:
    """Call the officers again for what nobody settles. Returns for how many; can be killed and run again."""
    done = 0
    for key in ProtectionCase.objects.filter(settled_at=None, rang_at__lte=now() - AGAIN).values_list("pk", flat=True):
        with transaction.atomic():
            case = ProtectionCase.objects.select_for_update(skip_locked=True).filter(pk=key, settled_at=None).first()
            if case is not None and case.rang_at is not None and case.rang_at <= now() - AGAIN:
                _ring(case)
                done += 1
    return done


def _ring(case: ProtectionCase) -> None:
    case.rings, case.rang_at = case.rings + 1, now()
    case.save(update_fields=["rings", "rang_at"])
    officers = holders(Permission.CHILD_SAFETY) or holders(Permission.ADMINISTER)
    page = reverse("age:protection", args=[case.pk])
    written = alarm_team(officers, page=page, key=f"age.protection:{case.pk}:{case.rings}", at=now())
    append(Event.PROTECTION_RANG, subject=case, content={"time": case.rings, "ways": len(written)})
    tasks.alarm.defer()


def holders(permission: Permission) -> list[StaffMember]:
    """The active members who hold a permission."""
    roles = [role.value for role, granted in PERMISSIONS.items() if permission in granted]
    return list(StaffMember.objects.filter(is_active=True, roles__overlap=roles))


def _ensure_officer(acting: StaffMember) -> None:
    if not acting.may(Permission.CHILD_SAFETY):
        raise NotAllowed


def _authority_missing() -> str:
    from django.utils.translation import gettext

    return gettext("Say to whom it was referred.")


def _texts(case: ProtectionCase) -> list[str]:
    if case.sealed_texts is None:
        return []
    return list(json.loads(sealing.unseal(case.sealed_texts, purpose=PURPOSE)))


def _sealed(texts: list[str]) -> bytes | None:
    return sealing.seal(json.dumps(texts[:MOST]), purpose=PURPOSE) if texts else None
