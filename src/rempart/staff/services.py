"""What can be done with staff members: inviting, changing, deactivating them, ending their sessions."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.staff.models import SignInLink, StaffMember
from rempart.staff.roles import Role
from rempart.staff.second_factor import has_second_factor, is_known_elsewhere

LINK_LASTS = timedelta(minutes=15)
LONGEST_LINK = timedelta(hours=24)
INVITATION_LASTS = LONGEST_LINK


class AddressRefused(Exception):
    """The e-mail address is not one, or belongs to another member."""


class PasswordRefused(Exception):
    """The password is too easy to guess; the message says why."""


class ChangeRefused(Exception):
    """What an administrator asked for is refused; the message says why."""


class OwnAccount(ChangeRefused):
    """Nobody changes their own roles or access."""

    def __str__(self) -> str:
        return _("Nobody changes their own roles or access: ask another administrator.")


class LastAdministrator(ChangeRefused):
    """Without this member nobody could invite anybody."""

    def __str__(self) -> str:
        return _("This is the last administrator. Make somebody else an administrator first.")


class ReasonMissing(ChangeRefused):
    """No reason was given."""

    def __str__(self) -> str:
        return _("Give a reason.")


class SecondPersonNeeded(ChangeRefused):
    """Deleting somebody's second factor and making their link would let one administrator sign in as them."""

    def __str__(self) -> str:
        return _(
            "You deleted how this member signs in: the link is for another administrator to make, so that nobody can "
            "sign in as a colleague alone. Whoever has a password needs no link."
        )


class SignsInElsewhere(ChangeRefused):
    """A link would stand in for the sign-in service, and whoever opened it could add a second factor of their own."""

    def __str__(self) -> str:
        return _(
            "This member signs in by OpenID Connect. If they no longer can, forget that first, below; another "
            "administrator then makes the link."
        )


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
    """Give a member other roles, one or several; their sessions end. `acting` is None for a command.

    Raises OwnAccount, LastAdministrator, ReasonMissing; ValueError for no role, or one that does not exist.
    """
    after, reason = ordered(roles), _given(reason)
    member = _locked(member, acting, loses_administrator=Role.ADMINISTRATOR not in after)
    before, member.roles = member.roles, after
    member.save(update_fields=["roles"])
    member.sessions.all().delete()
    content = {"before": before, "after": member.roles, "reason": reason}
    ledger.append(Event.STAFF_ROLE_CHANGED, subject=member, acting=acting, content=content)
    return member


@transaction.atomic
def deactivate(member: StaffMember, *, acting: StaffMember | None, reason: str) -> StaffMember:
    """End a member's access at once: sessions, links and second factors are deleted. The name stays on what they did.

    Raises OwnAccount, LastAdministrator, ReasonMissing.
    """
    reason = _given(reason)
    member = _locked(member, acting, loses_administrator=True)
    member.is_active = False
    member.set_unusable_password()
    member.save(update_fields=["is_active", "password"])
    member.links.all().delete()
    member.sessions.all().delete()
    _forget_ways_to_sign_in(member)
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
    ledger.append(Event.PASSWORD_SET, subject=member, acting=member)


@transaction.atomic
def make_link(member: StaffMember, *, lasts: timedelta = LINK_LASTS, acting: StaffMember | None = None) -> str:
    """Make a link that signs `member` in once; returns its token, of which only a hash is kept.

    lasts: at most 24 hours. Raises ValueError beyond, LinkRefused for a deactivated member, and SecondPersonNeeded or
    SignsInElsewhere where the link would let `acting` sign in as somebody who was protected.
    """
    if not timedelta(0) < lasts <= LONGEST_LINK:
        raise ValueError("a sign-in link lasts at most 24 hours")
    if not member.is_active:
        raise LinkRefused
    if acting is not None:
        _ensure_opens_for_them_alone(member, acting)
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
    ledger.append(Event.SIGN_IN_LINK_USED, subject=member, acting=member)
    return member


@transaction.atomic
def end_sessions(
    member: StaffMember, *, acting: StaffMember | None, reason: str = "", keys: Iterable[str] | None = None
) -> int:
    """End a member's sessions, or those with these keys, at once. Returns how many there were.

    One ends one's own without a reason. Raises ReasonMissing for somebody else's.
    """
    reason = reason.strip() if acting == member else _given(reason)
    wanted = member.sessions.all() if keys is None else member.sessions.filter(pk__in=list(keys))
    ended, _by_model = wanted.delete()
    if ended:
        content = {"sessions": ended, "reason": reason}
        ledger.append(Event.SESSIONS_ENDED, subject=member, acting=acting, content=content)
    return ended


@transaction.atomic
def forget_second_factor(member: StaffMember, *, acting: StaffMember | None, reason: str) -> StaffMember:
    """Delete the second factors of somebody who lost them; they add another when they next sign in.

    Links made before open nothing any more, and another administrator makes the next one (`make_link`).
    Raises OwnAccount, ReasonMissing.
    """
    reason = _given(reason)
    member = _locked(member, acting, loses_administrator=False)
    _forget_ways_to_sign_in(member)
    member.links.all().delete()
    member.sessions.all().delete()
    ledger.append(Event.SECOND_FACTOR_FORGOTTEN, subject=member, acting=acting, content={"reason": reason})
    return member


def _locked(member: StaffMember, acting: StaffMember | None, *, loses_administrator: bool) -> StaffMember:
    """The member as stored, locked. Raises OwnAccount, and LastAdministrator when nobody else would administer."""
    if acting is not None and acting.pk == member.pk:
        raise OwnAccount
    administrators = StaffMember.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR])
    found = {one.pk for one in administrators.order_by("pk").select_for_update()}  # two at once would remove both
    if loses_administrator and found == {member.pk}:
        raise LastAdministrator
    return StaffMember.objects.select_for_update().get(pk=member.pk)


def _ensure_opens_for_them_alone(member: StaffMember, acting: StaffMember) -> None:
    """Raises SecondPersonNeeded, SignsInElsewhere. Locks the member: a link and a deletion do not cross."""
    StaffMember.objects.select_for_update().get(pk=member.pk)
    if has_second_factor(member):
        return
    if is_known_elsewhere(member):
        raise SignsInElsewhere
    mine = LedgerRow.objects.filter(
        subject=reference(member), event=Event.SECOND_FACTOR_FORGOTTEN, acting=reference(acting)
    )
    if mine.filter(pk__gt=_last_added(member)).exists():
        raise SecondPersonNeeded


def _last_added(member: StaffMember) -> int:
    """The ledger row of the last second factor that the member added; 0 when they never did."""
    added = LedgerRow.objects.filter(subject=reference(member), event=Event.SECOND_FACTOR_ADDED)
    return added.aggregate(last=Max("pk"))["last"] or 0


def _forget_ways_to_sign_in(member: StaffMember) -> None:
    Authenticator.objects.filter(user=member).delete()
    SocialAccount.objects.filter(user=member).delete()


def _given(reason: str) -> str:
    if not (reason := reason.strip()):
        raise ReasonMissing
    return reason


def _open_links(token: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
