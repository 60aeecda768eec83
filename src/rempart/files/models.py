"""Files as stored: what is known of each, its sealed content, and the legal holds that keep it.

The content is in a table of its own, so that no list of files carries megabytes. It opens with the file's key alone,
which is itself wrapped by the installation's (see `sealing`); a destroyed file has neither key nor content.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rempart.ledger.clock import now
from rempart.staff.roles import Permission


class StoredFile(models.Model):
    """A file that somebody handed in, as it was: nothing is ever re-encoded, so that its hash stays the original's.

    opened_with: the permission that opens it while it is kept; what is locked asks for another.
    """

    class State(models.TextChoices):
        """Who may open it."""

        KEPT = "kept", _("kept")
        LOCKED = "locked", _("locked")
        DESTROYED = "destroyed", _("destroyed")

    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    wrapped_key = models.BinaryField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.KEPT)
    opened_with = models.CharField(max_length=20, default=Permission.READ_CASES.value)
    kept_at = models.DateTimeField(default=now)
    kept_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    locked_because = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    reported_to = models.CharField(max_length=200, blank=True)
    report_number = models.CharField(max_length=100, blank=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    destroyed_because = models.TextField(blank=True)

    class Meta:
        ordering = ["kept_at", "pk"]
        indexes = [models.Index(fields=["sha256"], name="files_by_hash")]
        constraints = [
            models.CheckConstraint(name="file_state_is_known", condition=Q(state__in=["kept", "locked", "destroyed"])),
            models.CheckConstraint(name="file_hash_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="a_locked_file_says_why",
                condition=Q(locked_at=None) & ~Q(state="locked") | Q(locked_at__isnull=False) & ~Q(locked_because=""),
            ),
            models.CheckConstraint(
                name="a_reported_file_says_who_and_to_whom",
                condition=Q(reported_at=None)
                | Q(reported_by__isnull=False, locked_at__isnull=False) & ~Q(reported_to=""),
            ),
            models.CheckConstraint(
                name="a_file_is_destroyed_by_somebody_once_reported",
                condition=Q(destroyed_at=None) & ~Q(state="destroyed")
                | Q(state="destroyed", destroyed_at__isnull=False, destroyed_by__isnull=False, wrapped_key=None)
                & Q(reported_at__isnull=False)
                & ~Q(destroyed_because=""),
            ),
            models.CheckConstraint(
                name="what_is_not_destroyed_has_its_key", condition=Q(state="destroyed") | Q(wrapped_key__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"

    @property
    def held(self) -> bool:
        """Whether a legal hold keeps it: nothing may erase or destroy it."""
        return self.holds.exists()

    @property
    def is_image(self) -> bool:
        """Whether browsers show it as an image."""
        return self.media_type in {"image/jpeg", "image/png", "image/gif", "image/webp"}


class SealedContent(models.Model):
    """A file's content under its own key (AES-256-GCM: nonce, then ciphertext with its tag)."""

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="content")
    sealed = models.BinaryField()


class Hold(models.Model):
    """A legal hold on a file, on behalf of something named by a neutral reference ("casework.referral:3")."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="holds")
    on_behalf_of = models.CharField(max_length=120)
    because = models.TextField()
    held_at = models.DateTimeField(default=now)
    held_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="held_once_for_each_reason", fields=["file", "on_behalf_of"]),
            models.CheckConstraint(name="a_hold_says_why", condition=~Q(because="") & ~Q(on_behalf_of="")),
        ]

    def __str__(self) -> str:
        return f"hold on file {self.file_id} for {self.on_behalf_of}"
