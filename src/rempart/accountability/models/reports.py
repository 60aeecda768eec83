"""Transparency reports as drafted and published: what was counted, what the team filled in, and every version."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from rempart.intake.fields import ServiceField


class TransparencyReport(models.Model):
    """A version of the harmonised report of a service and a period, both days in it.

    counts: what was counted (report.keeping), as of `counted_at`; counted_by: null for the worker. inputs: the YAML
    that the team filled in. Once published, tables are its sheets as they stand for ever, `sha256` that of their
    archive, and a trigger refuses every change. A version after the first says why, and `changes` lists the cells that
    differ.
    """

    service = ServiceField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    version = models.PositiveSmallIntegerField()
    counts = models.JSONField()
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    inputs = models.TextField(blank=True)
    because = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("staff.StaffMember", models.PROTECT, null=True, related_name="+")
    tables = models.JSONField(null=True)
    changes = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-ends_on", "-starts_on", "service", "-version"]
        constraints = [
            models.UniqueConstraint(name="one_report_a_version", fields=["service", "starts_on", "ends_on", "version"]),
            models.UniqueConstraint(
                name="one_draft_of_a_report", fields=["service", "starts_on", "ends_on"], condition=Q(published_at=None)
            ),
            models.CheckConstraint(
                name="a_reporting_period_ends_after_it_begins",
                condition=Q(ends_on__gt=F("starts_on"), version__gte=1),
            ),
            models.CheckConstraint(
                name="a_published_report_is_whole",
                condition=Q(published_at=None, published_by=None, tables=None, sha256="", changes=[])
                | Q(published_at__isnull=False, published_by__isnull=False, tables__isnull=False)
                & ~Q(sha256="")
                & (Q(version=1, because="") | Q(version__gt=1) & ~Q(because="")),
            ),
            ExclusionConstraint(
                name="published_periods_of_a_service_do_not_overlap",
                # A number stands in for the text, whose equality gist lacks without an extension.
                expressions=[
                    (
                        Func(
                            Func("service", Value(0), function="hashtextextended"),
                            Func("service", Value(0), function="hashtextextended"),
                            Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func("starts_on", "ends_on", Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(published_at__isnull=False, version=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.period} version {self.version}"

    @property
    def period(self) -> str:
        """Its period, as the report writes it."""
        return f"{self.starts_on.isoformat()}/{self.ends_on.isoformat()}"

    @property
    def published(self) -> bool:
        """Whether it is public and stays as it is."""
        return self.published_at is not None
