"""What was declared to the DSA Transparency Database, and what it answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """A statement of reasons as declared to the database: once, or again where what was sent proved wrong.

    It holds no personal data and outlives the statement: the database keeps what it took. puid: the identifier there.
    payload: what is sent, the same at each attempt; empty when it could not be declared. number: 1, then one more for
    each correction. asked_at: from here on the database may have taken it, whatever we recorded; empty again once it is
    known that it did not. uuid: the database's own number, empty when its answer was lost.
    trouble: why it was put off; problems: why it was refused, as [{field, rule, message}].
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITS = "waits", _("to be sent")
        TAKEN = "taken", _("taken by the database")
        REFUSED = "refused", _("refused: a person has to look")

    statement = models.ForeignKey("casework.Statement", models.SET_NULL, null=True, related_name="submissions")
    number = models.PositiveSmallIntegerField(default=1)
    puid = models.CharField(max_length=100, unique=True)
    payload = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    enlisted_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITS)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    uuid = models.CharField(max_length=100, blank=True)
    trouble = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="correction")
    corrected_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    because = models.TextField(blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="a_statement_is_declared_once_a_number", fields=["statement", "number"]),
            models.CheckConstraint(
                name="what_waits_has_a_moment_and_something_to_send",
                condition=Q(state="waits", next_at__isnull=False) & ~Q(payload={})
                | ~Q(state="waits") & Q(next_at=None),
            ),
            models.CheckConstraint(
                name="what_was_taken_says_when",
                condition=Q(state="taken", taken_at__isnull=False) | ~Q(state="taken") & Q(taken_at=None, uuid=""),
            ),
            models.CheckConstraint(
                name="what_was_refused_says_why", condition=Q(state="refused") & ~Q(problems=[]) | ~Q(state="refused")
            ),
            models.CheckConstraint(
                name="a_corrected_submission_says_why",
                condition=Q(corrects=None, number=1, because="")
                | Q(corrects__isnull=False, number__gt=1) & ~Q(because=""),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="submissions_to_send", condition=Q(state="waits")),
            models.Index(fields=["made_at", "id"], name="submissions_by_time"),
        ]

    def __str__(self) -> str:
        return self.puid
