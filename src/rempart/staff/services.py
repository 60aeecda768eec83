"""What can be done with staff members: adding, changing, deactivating them, and making links that sign them in."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import SignInLink, StaffMember
from rempart.staff.roles import Role

LINK_LASTS = timedelta(minutes=15)
LONGEST_LINK = timedelta(hours=24)


class AddressRefused(Exception):
    """The e-mail address is not one, or belongs to another member."""


class PasswordRefused(Exception):
    """The password is too easy to guess; the message says why."""


class LinkRefused(Exception):
    """The link was used, has expired, was never made, or its member was deactivated."""


def find_member(email: str) -> StaffMember:
    """The member with this address. Raises StaffMember.DoesNotExist."""
    return StaffMember.objects.get_by_natural_key(email)


def ordered(roles: Iterable[str]) -> list[Role]:
    """The roles as they are stored: once each, in the order of `Role`. Raises ValueError for none, or one unknown."""
    wanted = {Role(role) for role in roles}
    if not wanted:
        raise ValueError("a member holds at least one role")
    return [role for role in Role if role in wanted]


@transaction.atomic
def add_member(email: str, *, name: str, roles: Iterable[Role], acting: StaffMember | None = None) -> StaffMember:
    """Add somebody, who has no password yet: a link signs them in. Raises AddressRefused."""
    member = StaffMember(email=email.strip().lower(), name=name.strip(), roles=ordered(roles))
    member.name = member.name or member.email.partition("@")[0]
    member.set_unusable_password()
    try:
        validate_email(member.email)
        with transaction.atomic():
            member.save()
    except ValidationError as error:
        raise AddressRefused(f"{email} is not an e-mail address.") from error
    except IntegrityError as error:
        raise AddressRefused(f"{email} belongs to a member already.") from error
    ledger.append(Event.STAFF_ADDED, subject=member, acting=acting, content={"roles": member.roles})
    return member


@transaction.atomic
def change_roles(member: StaffMember, roles: Iterable[Role], *, acting: StaffMember | None, reason: str) -> StaffMember:
    """Give a member other roles, one or several. Raises ValueError for none, or one that does not exist."""
    member = StaffMember.objects.select_for_update().get(pk=member.pk)
    before, member.roles = member.roles, ordered(roles)
    member.save(update_fields=["roles"])
    content = {"before": before, "after": member.roles, "reason": reason}
    ledger.append(Event.STAFF_ROLE_CHANGED, subject=member, acting=acting, content=content)
    return member


@transaction.atomic
def deactivate(member: StaffMember, *, acting: StaffMember | None, reason: str) -> StaffMember:
    """End a member's access at once: open sessions and links stop working. The name stays on what they did."""
    member = StaffMember.objects.select_for_update().get(pk=member.pk)
    member.is_active = False
    member.set_unusable_password()
    member.save(update_fields=["is_active", "password"])
    member.links.all().delete()
    ledger.append(Event.STAFF_DEACTIVATED, subject=member, acting=acting, content={"reason": reason})
    return member


@transaction.atomic
def set_password(member: StaffMember, password: str) -> None:
    """Set a member's password. Raises PasswordRefused when it is too easy to guess."""
    try:
        validate_password(password, member)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error
    member.set_password(password)
    member.save(update_fields=["password"])


@transaction.atomic
def make_link(member: StaffMember, *, lasts: timedelta = LINK_LASTS, acting: StaffMember | None = None) -> str:
    """Make a link that signs `member` in once; returns its token, of which only a hash is kept.

    lasts: at most 24 hours. Raises ValueError beyond, LinkRefused for a deactivated member.
    """
    if not timedelta(0) < lasts <= LONGEST_LINK:
        raise ValueError("a sign-in link lasts at most 24 hours")
    if not member.is_active:
        raise LinkRefused
    token, moment = secrets.token_urlsafe(32), now()
    SignInLink.objects.create(
        member=member, token_hash=_hash(token), made_at=moment, expires_at=moment + lasts, used_at=None
    )
    ledger.append(Event.SIGN_IN_LINK_MADE, subject=member, acting=acting)
    return token


def link_opens(token: str) -> bool:
    """Whether the link would sign somebody in now. Consumes nothing: previews of messages open links too."""
    return _open_links(token).filter(member__is_active=True).exists()


@transaction.atomic
def use_link(token: str) -> StaffMember:
    """Consume the link and return whom it signs in. Raises LinkRefused; of two at once, one is refused."""
    # No join here: PostgreSQL would not look again at a joined condition after waiting for another's update.
    if not _open_links(token).update(used_at=now()):
        raise LinkRefused
    member = StaffMember.objects.get(links__token_hash=_hash(token))
    if not member.is_active:
        raise LinkRefused
    ledger.append(Event.SIGNED_IN, subject=member, acting=member, content={"by": "link"})
    return member


def _open_links(token: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
