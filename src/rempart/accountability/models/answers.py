"""Answers to requests: versions, each drafted by one person, approved by another and handed over as it was approved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rempart.accountability.models.requests import Request


class Answer(models.Model):
    """One version of the answer to a request; none is ever changed: a correction is another version, which says why.

    words: the letter that goes with it, in the words of whoever drafted it. figures: what `answer.json` holds, if
    figures were assembled. document is the PDF that people read; package holds everything that is handed over (the
    document, the data, the proofs) as one archive; note is the log's signed note over their SHA-256.
    """

    class State(models.TextChoices):
        """What became of it."""

        DRAFTED = "drafted", _("to be read and approved")
        APPROVED = "approved", _("approved, to be handed over")
        SENT = "sent", _("handed over")
        DISCARDED = "discarded", _("discarded")

    request = models.ForeignKey(Request, models.CASCADE, related_name="answers")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFTED)
    language = models.CharField(max_length=2)
    words = models.TextField(blank=True)
    figures = models.JSONField(null=True)
    document = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    package = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    approved_because = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    sent_how = models.CharField(max_length=200, blank=True)
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    discarded_because = models.TextField(blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    because = models.TextField(blank=True)

    class Meta:
        ordering = ["request", "-version"]
        constraints = [
            models.UniqueConstraint(name="versions_of_an_answer_are_numbered", fields=["request", "version"]),
            models.UniqueConstraint(
                name="one_answer_under_way", fields=["request"], condition=Q(state__in=["drafted", "approved"])
            ),
            models.CheckConstraint(
                name="an_answer_is_approved_by_another",
                condition=Q(approved_at=None, approved_by=None) & ~Q(state__in=["approved", "sent"])
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_because="")
                & ~Q(approved_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="an_answer_handed_over_says_by_whom_and_how",
                condition=Q(state="sent", sent_at__isnull=False, sent_by__isnull=False) & ~Q(sent_how="")
                | ~Q(state="sent") & Q(sent_at=None, sent_by=None),
            ),
            models.CheckConstraint(
                name="a_discarded_answer_says_who_and_why",
                condition=Q(state="discarded", discarded_at__isnull=False, discarded_by__isnull=False)
                & ~Q(discarded_because="")
                | ~Q(state="discarded") & Q(discarded_at=None, discarded_by=None),
            ),
            models.CheckConstraint(name="a_correction_says_why", condition=Q(corrects=None) | ~Q(because="")),
            models.CheckConstraint(
                name="an_answer_says_something", condition=Q(state="discarded") | Q(document__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} version {self.version}"


class Enclosure(models.Model):
    """A file with data about somebody, chosen by the person who drafted; the second person approves it with the answer.

    A trigger refuses one where no order asks for data about somebody, and after the approval.
    """

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="enclosures")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    because = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="an_enclosure_says_why", condition=~Q(because=""))]

    def __str__(self) -> str:
        return f"enclosure {self.pk} of answer {self.answer_id}"
