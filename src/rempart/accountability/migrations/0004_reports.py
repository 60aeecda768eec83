"""Transparency reports, their versions, and that what was published stays."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields

STAYS = """
CREATE FUNCTION accountability_refuse_change_of_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published report stays as it is: publish a corrected version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_published_report_stays';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON accountability_transparencyreport
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_change_of_report();
"""
NO_LONGER = """
DROP TRIGGER refuse_change ON accountability_transparencyreport;
DROP FUNCTION accountability_refuse_change_of_report();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accountability", "0003_published_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TransparencyReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("version", models.PositiveSmallIntegerField()),
                ("counts", models.JSONField()),
                ("counted_at", models.DateTimeField()),
                ("inputs", models.TextField(blank=True)),
                ("because", models.TextField(blank=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("tables", models.JSONField(null=True)),
                ("changes", models.JSONField(default=list)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "counted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-ends_on", "-starts_on", "service", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "starts_on", "ends_on", "version"), name="one_report_a_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at", None)),
                        fields=("service", "starts_on", "ends_on"),
                        name="one_draft_of_a_report",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on")), ("version__gte", 1)),
                        name="a_reporting_period_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("changes", []),
                                ("published_at", None),
                                ("published_by", None),
                                ("sha256", ""),
                                ("tables", None),
                            ),
                            models.Q(
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                ("tables__isnull", False),
                                models.Q(("sha256", ""), _negated=True),
                                models.Q(
                                    models.Q(("because", ""), ("version", 1)),
                                    models.Q(("version__gt", 1), models.Q(("because", ""), _negated=True)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="a_published_report_is_whole",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("published_at__isnull", False), ("version", 1)),
                        expressions=[
                            (
                                models.Func(
                                    models.Func("service", models.Value(0), function="hashtextextended"),
                                    models.Func("service", models.Value(0), function="hashtextextended"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (models.Func("starts_on", "ends_on", models.Value("[]"), function="daterange"), "&&"),
                        ],
                        name="published_periods_of_a_service_do_not_overlap",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, NO_LONGER),
    ]
