"""Staff members, their one-time sign-in links and the failed attempts that lock a sign-in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from rempart.ledger.clock import now
from rempart.staff.roles import Permission, Role, permissions_of


class StaffManager(BaseUserManager["StaffMember"]):
    """Finds staff members by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str) -> "StaffMember":
        """The member with this address. Raises StaffMember.DoesNotExist."""
        return self.get(email=username.strip().lower())


class StaffMember(AbstractBaseUser):
    """Somebody who works here. Never deleted, since the ledger names them: deactivated."""

    email = models.EmailField(_("E-mail address"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    roles = ArrayField(models.CharField(max_length=30, choices=Role), verbose_name=_("Roles"))
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = StaffManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="staff_email_is_lower_case", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(
                name="staff_roles_are_known", condition=models.Q(roles__contained_by=Role.values, roles__len__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name shown to colleagues."""
        return self.name

    def get_short_name(self) -> str:
        """The first name."""
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        """Up to two letters that stand for the name in the header."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this member may do: nothing once deactivated. In a template: `"review" in user.permissions`."""
        return permissions_of(self.roles) if self.is_active else frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether this member may do what `permission` stands for."""
        return permission in self.permissions


class Session(AbstractBaseSession):
    """A browser's session: its data are Django's, and its member stands beside them once signed in."""

    member = models.ForeignKey(StaffMember, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes this table."""
        from rempart.staff.sessions import SessionStore

        return SessionStore


class SignInLink(models.Model):
    """A link that signs one member in, once. Only the token's hash is kept."""

    member = models.ForeignKey(StaffMember, models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="staff_link_ends_after_it_begins", condition=models.Q(expires_at__gt=models.F("made_at"))
            ),
        ]


class SignInAttempt(models.Model):
    """An attempt to sign in by password that has not succeeded. Its address or its network is kept hashed."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="staff_attempts_of_a_key")]


class MachineKey(models.Model):
    """A key by which another program uses the API. Its hash is kept; one revoked stays, as the ledger names it."""

    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=40))
    secret_hash = models.CharField(max_length=64, unique=True)
    per_minute = models.PositiveIntegerField()
    made_by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="keys_made")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    window_began = models.DateTimeField(null=True)
    used_in_window = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(name="staff_key_has_a_scope", condition=models.Q(scopes__len__gt=0)),
            models.CheckConstraint(
                name="staff_key_ends_after_it_begins", condition=models.Q(expires_at__gt=models.F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether the key opens anything now."""
        return self.revoked_at is None and self.expires_at > now()
