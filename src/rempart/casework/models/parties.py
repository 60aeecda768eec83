"""The respondent as a party: their conversation, how long an answer is awaited, money held, the data they asked for."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from rempart.casework.models.cases import Case


class RespondentSide(models.Model):
    """The conversation with the person whom a case is about, opened with the first restriction that they feel.

    handed_over_at: when the platform last fetched the link to their page for them.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="respondent_side")
    conversation = models.OneToOneField("correspondence.Conversation", models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    reply_until = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["reply_until"], name="replies_awaited")]
        constraints = [
            models.CheckConstraint(name="there_is_time_to_reply", condition=Q(reply_until__gt=models.F("opened_at"))),
        ]

    def __str__(self) -> str:
        return f"respondent of case {self.case_id}"


class HeldSum(models.Model):
    """What the platform says that it set aside of an account's earnings, as of a moment; the newest figure counts."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="held_sums")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, validators=[RegexValidator("^[A-Z]{3}$")])
    as_of = models.DateTimeField()
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["as_of", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_figure_a_moment", fields=["case", "currency", "as_of"]),
            models.CheckConstraint(
                name="a_sum_is_positive_in_a_currency", condition=Q(amount__gte=0, currency__regex="^[A-Z]{3}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} held on case {self.case_id}"


class DataRequest(models.Model):
    """A respondent's wish for a copy of their data (GDPR Art. 15): a task for a member until it is answered."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="data_requests")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_open_request_for_data", fields=["case"], condition=Q(answered_at=None)),
            models.CheckConstraint(
                name="an_answered_request_says_by_whom",
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"data asked for on case {self.case_id}"


class ToTell(models.Model):
    """A moment at which the respondent of a case may have something to be told; what it is follows from the decisions.

    The row leaves once the moment was seen to.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="to_tell")
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(name="once_a_moment", fields=["case", "at"])]

    def __str__(self) -> str:
        return f"case {self.case_id} at {self.at}"
