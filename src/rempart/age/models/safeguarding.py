"""A child may be being hurt: looked at by those who look after children's safety, before anything else is done."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.age.models.accounts import AboutAccount
from rempart.ledger.clock import now


class ProtectionCase(AboutAccount):
    """The owner of an account may be a child whom somebody hurts. It accuses nobody; it asks a person to look first.

    signs: codes of what was read (safeguarding.yaml) or said. sealed_texts: the passages, as JSON, sealed; opened by
    child-safety officers alone, each opening recorded. While it waits nothing is asked of the account and nothing
    restricts it. go_ahead: what the officer said, null until then: a step may follow, or the account is left as it is.
    """

    class Finding(models.TextChoices):
        """What the officer made of it."""

        NO_SIGN = "no_sign", _("no sign of harm")
        SUPPORTED = "supported", _("support offered")
        REFERRED = "referred", _("referred to child protection or the police")

    signs = models.JSONField()
    sealed_texts = models.BinaryField(null=True)
    opened_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    rang_at = models.DateTimeField(null=True)
    rings = models.PositiveSmallIntegerField(default=0)
    finding = models.CharField(max_length=9, choices=Finding, blank=True)
    note = models.TextField(blank=True)
    authority = models.CharField(max_length=200, blank=True)
    report_number = models.CharField(max_length=100, blank=True)
    go_ahead = models.BooleanField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_protection_case_a_handle", fields=["service", "handle"], condition=Q(settled_at=None)
            ),
            models.CheckConstraint(
                name="a_settled_protection_case_says_what_was_done",
                condition=Q(settled_at=None, settled_by=None, finding="", go_ahead=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False, go_ahead__isnull=False)
                & Q(finding__in=["no_sign", "supported", "referred"])
                & ~Q(note=""),
            ),
            models.CheckConstraint(
                name="what_is_referred_says_to_whom", condition=~Q(finding="referred") | ~Q(authority="")
            ),
            models.CheckConstraint(name="a_protection_case_is_due", condition=Q(due_at__gt=F("opened_at"))),
        ]
        indexes = [models.Index(fields=["due_at"], name="protection_cases_due", condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"protection {self.pk}"

    @property
    def late(self) -> bool:
        """Whether nobody looked in time."""
        return self.settled_at is None and self.due_at <= now()
