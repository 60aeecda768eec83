"""What policy owners try before they change the rules: a figure at several values, a draft on the cases of today."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q


class Asked(models.Model):
    """Something that a member asked the worker to compute about a rulebook, as its text was; computed once.

    `progress` is how far the worker is, in percent.
    """

    rulebook = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    text = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("staff.StaffMember", models.PROTECT, related_name="+")
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    computed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["-asked_at", "-pk"]


class ThresholdSweep(Asked):
    """A figure of a rulebook at several values, on an invented wave whose truth is known.

    `first`, `last` and `count` are as `rempart replay --sweep` takes them; `rows` are its rows. `base_rate` is the
    share of the accused accounts, in percent, that did what they are accused of: the truth of the wave is a choice.
    """

    article = models.CharField(max_length=100)
    parameter = models.CharField(max_length=60)
    first = models.CharField(max_length=20)
    last = models.CharField(max_length=20)
    count = models.PositiveSmallIntegerField()
    accounts = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    base_rate = models.PositiveSmallIntegerField()
    rows = models.JSONField(null=True)

    class Meta(Asked.Meta):
        constraints = [
            models.CheckConstraint(
                name="a_sweep_is_of_some_accounts", condition=Q(accounts__gte=1, accounts__lte=5000, base_rate__lte=100)
            ),
            models.CheckConstraint(
                name="a_sweep_that_is_computed_has_rows",
                condition=Q(computed_at=None, rows=None) | Q(computed_at__isnull=False, rows__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article}.{self.parameter} of {self.rulebook} {self.version}"


class DraftComparison(Asked):
    """A draft beside the rules in force, on the cases that were open: nothing was decided, sent or changed.

    `against` is the version that was in force when it was computed, `looked_at` how many cases both rulebooks judged,
    `failed` how many could not be judged.
    """

    against = models.ForeignKey("casework.RulebookVersion", models.PROTECT, null=True, related_name="+")
    looked_at = models.PositiveIntegerField(null=True)
    failed = models.PositiveIntegerField(null=True)

    class Meta(Asked.Meta):
        constraints = [
            models.CheckConstraint(
                name="a_comparison_that_is_computed_says_with_what",
                condition=Q(computed_at=None, against=None, looked_at=None, failed=None)
                | Q(computed_at__isnull=False, against__isnull=False, looked_at__isnull=False, failed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook} {self.version} beside the rules in force"


class ComparedCase(models.Model):
    """A case that a draft would treat otherwise: what each rulebook requires, and why (`said`: rulebook.Difference)."""

    comparison = models.ForeignKey(DraftComparison, models.CASCADE, related_name="cases")
    case = models.ForeignKey("casework.Case", models.CASCADE, related_name="+")
    direction = models.CharField(max_length=9)
    said = models.JSONField()

    class Meta:
        ordering = ["case"]
        constraints = [models.UniqueConstraint(name="a_case_is_compared_once", fields=["comparison", "case"])]

    def __str__(self) -> str:
        return f"case {self.case_id} under {self.comparison_id}"
