"""Notices to the services where facts took place (DSA Art. 16), sent only if the person who reported agreed."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.intake.fields import ServiceField


class ServiceContact(models.Model):
    """Where another service takes notices, as an administrator found and checked it. None is shipped.

    `source`: where the address was found and how it was checked. A webhook's secret is sealed.
    """

    service = ServiceField()
    email = models.EmailField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    sealed_secret = models.BinaryField(null=True)
    language = models.CharField(max_length=2, default="en")
    source = models.TextField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["service", "-added_at"]
        constraints = [
            models.UniqueConstraint(name="one_contact_of_a_service", fields=["service"], condition=Q(removed_at=None)),
            models.CheckConstraint(
                name="a_contact_is_an_address_or_a_webhook",
                condition=~Q(email="") & Q(url="", sealed_secret=None)
                | Q(email="", sealed_secret__isnull=False) & ~Q(url=""),
            ),
            models.CheckConstraint(name="an_address_says_where_it_is_from", condition=~Q(source="")),
            models.CheckConstraint(name="contact_language_is_known", condition=Q(language__in=["fr", "en"])),
        ]

    def __str__(self) -> str:
        return f"contact of {self.service}"


class ServiceNotice(models.Model):
    """A notice to another service about an account there: drafted, agreed to by who reported, approved, sent.

    It says what happened by kind and month, in words of ours; never who spoke. `files` are those of theirs that may be
    joined, `with_files` and `with_address` what they answered; no answer is a no. `uid` is its reference outside.
    """

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", _("drafted")
        ASKED = "asked", _("waits for the answer of who reported")
        AGREED = "agreed", _("agreed to, waits for a reviewer")
        REFUSED = "refused", _("refused by who reported")
        DECLINED = "declined", _("declined by a reviewer")
        APPROVED = "approved", _("approved, to be sent")
        FAILED = "failed", _("could not be sent")
        SENT = "sent", _("sent")
        ANSWERED = "answered", _("answered by the service")

    report = models.ForeignKey("intake.Report", models.CASCADE, related_name="notices")
    service = ServiceField()
    handle = models.CharField(max_length=255)
    number = models.CharField(max_length=255, blank=True)
    links = ArrayField(models.URLField(max_length=500), default=list)
    conduct = ArrayField(models.CharField(max_length=32), default=list)
    minor = models.BooleanField(null=True)
    month = models.CharField(max_length=7)
    files = models.ManyToManyField("files.StoredFile", related_name="+")
    with_files = models.BooleanField(default=False)
    with_address = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    declined_because = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["drafted_at", "pk"]
        indexes = [models.Index(fields=["next_at"], name="notices_due", condition=Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(name="one_notice_of_a_report_to_a_service", fields=["report", "service"]),
            models.CheckConstraint(
                name="notice_state_is_known",
                condition=Q(
                    state__in=[
                        "draft",
                        "asked",
                        "agreed",
                        "refused",
                        "declined",
                        "approved",
                        "failed",
                        "sent",
                        "answered",
                    ]
                ),
            ),
            models.CheckConstraint(name="a_notice_has_a_month_and_no_day", condition=Q(month__regex=r"^\d{4}-\d{2}$")),
            models.CheckConstraint(
                name="nothing_is_approved_that_was_not_agreed_to",
                condition=Q(approved_at=None, approved_by=None)
                | Q(agreed_at__isnull=False, approved_by__isnull=False, approved_at__gte=F("agreed_at")),
            ),
            models.CheckConstraint(
                name="nothing_is_sent_that_was_not_approved",
                condition=Q(sent_at=None) & ~Q(state__in=["sent", "answered"])
                | Q(approved_at__isnull=False, sent_at__gte=F("approved_at"), state__in=["sent", "answered"]),
            ),
            models.CheckConstraint(
                name="only_what_is_approved_is_tried", condition=Q(next_at=None) | Q(state="approved")
            ),
            models.CheckConstraint(
                name="nothing_is_joined_without_a_yes",
                condition=Q(with_files=False, with_address=False) | Q(agreed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
