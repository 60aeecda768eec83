"""The figures that were made public, as they were: a month or a year once it is over, and the month in progress."""

from django.db import models
from django.db.models import F, Q


class PublishedFigures(models.Model):
    """What the public page says of a whole month or year. A row is never changed: a correction is another revision.

    starts_on, ends_on: the first day, and the first after. counts: exactly, to protect later publications with; for
    nobody to read. groups: which of them add up to which. shown: name → number, null where it is withheld. hours:
    medians by name, null where too few were measured. revision: 1, then one more for each correction, which says why.
    invented: whether an example is counted, which concerns nobody.
    """

    starts_on = models.DateField()
    ends_on = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    counts = models.JSONField()
    groups = models.JSONField()
    shown = models.JSONField()
    hours = models.JSONField()
    invented = models.BooleanField()
    published_at = models.DateTimeField()
    because = models.TextField(blank=True)
    revised_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["starts_on", "-ends_on", "revision"]
        constraints = [
            models.UniqueConstraint(name="one_publication_a_revision", fields=["starts_on", "ends_on", "revision"]),
            models.CheckConstraint(name="what_is_published_is_over", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(
                name="a_revision_of_figures_says_who_and_why",
                condition=Q(revision=1, revised_by=None, because="")
                | Q(revision__gt=1, revised_by__isnull=False) & ~Q(because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"figures of {self.starts_on}, revision {self.revision}"


class FiguresSoFar(models.Model):
    """The month in progress, told once a day in tens: the wholes alone, rounded down; gone once it is over."""

    starts_on = models.DateField(unique=True)
    at_least = models.JSONField()
    hours = models.JSONField()
    invented = models.BooleanField()
    as_of = models.DateTimeField()

    class Meta:
        ordering = ["starts_on"]

    def __str__(self) -> str:
        return f"figures so far of {self.starts_on}"
