"""Who reported and can be reached, what they are to be told, and the misuse of reporting."""

import datetime

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

# What no constraint of one row can hold.
AFTER_A_WARNING = """
CREATE FUNCTION casework_refuse_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    warning casework_reportingrestriction;
BEGIN
    IF NEW.after_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO warning FROM casework_reportingrestriction WHERE id = NEW.after_id;
    IF warning.kind <> 'warning' OR warning.reporter <> NEW.reporter OR warning.begins_at >= NEW.begins_at
        OR warning.ends_at <= NEW.begins_at OR warning.lifted_at <= NEW.begins_at
    THEN
        RAISE EXCEPTION 'a suspension needs a warning of the same person that counts when it begins'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_suspension_follows_a_warning_in_force';
    END IF;
    IF warning.decided_by_id = NEW.decided_by_id THEN
        RAISE EXCEPTION 'somebody else than who warned decides on a suspension'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'who_warned_does_not_suspend';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_suspension BEFORE INSERT OR UPDATE OF kind, reporter, after_id, begins_at, decided_by_id
    ON casework_reportingrestriction FOR EACH ROW EXECUTE FUNCTION casework_refuse_suspension();
"""
UNDO_AFTER_A_WARNING = """
DROP TRIGGER refuse_suspension ON casework_reportingrestriction;
DROP FUNCTION casework_refuse_suspension();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_authorities"),
        ("correspondence", "0001_initial"),
        ("intake", "0002_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UnfoundedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "gravity",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "nobody was restricted because of it"),
                            (2, "somebody was restricted because of it"),
                            (3, "it was part of a campaign against somebody"),
                        ]
                    ),
                ),
                (
                    "intent",
                    models.CharField(
                        choices=[
                            ("unknown", "cannot be seen"),
                            ("mistaken", "a mistake"),
                            ("knowing", "knowing that it was wrong"),
                        ],
                        max_length=8,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("found_because", models.TextField()),
                ("agreed_at", models.DateTimeField(null=True)),
                ("agreed_because", models.TextField(blank=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_because", models.TextField(blank=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="found_unfounded", to="intake.report"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["found_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("report",), name="found_once_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("found_because", ""), _negated=True), name="unfounded_says_why"
                    ),
                    models.CheckConstraint(condition=models.Q(("gravity__in", [1, 2, 3])), name="gravity_is_known"),
                    models.CheckConstraint(
                        condition=models.Q(("intent__in", ["unknown", "mistaken", "knowing"])), name="intent_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreed_because", ""), ("agreed_by", None)),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("agreed_by__isnull", False),
                                models.Q(("agreed_by", models.F("found_by")), _negated=True),
                                models.Q(("agreed_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="unfounded_takes_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                                models.Q(("undone_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_was_undone_says_who_and_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportingRestriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("warning", "warning"), ("suspension", "right to report suspended")], max_length=10
                    ),
                ),
                ("reporter", models.CharField(db_index=True, max_length=128)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("because", models.JSONField()),
                ("weighed", models.JSONField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_because", models.TextField(blank=True)),
                (
                    "after",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="casework.reportingrestriction",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="correspondence.conversation",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("rests_on", models.ManyToManyField(related_name="restrictions", to="casework.unfoundedreport")),
            ],
            options={
                "ordering": ["begins_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("after", None), ("kind", "warning")),
                            models.Q(("after__isnull", False), ("kind", "suspension")),
                            _connector="OR",
                        ),
                        name="a_suspension_follows_a_warning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="reporting_restriction_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "suspension"), _negated=True),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("begins_at"), "+", models.Value(datetime.timedelta(days=180))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="a_suspension_is_not_for_long",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(
                                ("lifted_at__gte", models.F("begins_at")),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_lifted_restriction_says_who_and_why",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "suspension")),
                        expressions=[
                            (
                                models.Func(
                                    models.Func("reporter", models.Value(0), function="hashtextextended"),
                                    models.Func("reporter", models.Value(0), function="hashtextextended"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("begins_at"),
                                    django.db.models.functions.comparison.Least(
                                        models.F("ends_at"), models.F("lifted_at")
                                    ),
                                    models.Value("[)"),
                                    function="tstzrange",
                                ),
                                "&&",
                            ),
                        ],
                        name="one_suspension_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Complainant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reporter", models.CharField(max_length=128)),
                ("minor", models.BooleanField(null=True)),
                ("joined_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("danger_said_at", models.DateTimeField(null=True)),
                ("danger_seen_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="complainants", to="casework.case"
                    ),
                ),
                (
                    "conversation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="complainant",
                        to="correspondence.conversation",
                    ),
                ),
                (
                    "danger_seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["joined_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("danger_said_at__isnull", False), ("danger_seen_at", None)),
                        fields=["danger_said_at"],
                        name="dangers_to_look_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "reporter"), name="one_complainant_a_person"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("danger_seen_at", None), ("danger_seen_by", None)),
                            models.Q(
                                ("danger_seen_at__gte", models.F("danger_said_at")), ("danger_seen_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="danger_is_seen_by_somebody_once_said",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("measure", "a measure began"),
                            ("lapse", "a measure ended by itself"),
                            ("before_lift", "a measure will be lifted"),
                            ("lift_cancelled", "a measure will not be lifted after all"),
                            ("lifted", "a measure was lifted"),
                            ("outcome", "the outcome"),
                            ("complaint_answered", "the answer to a complaint"),
                        ],
                        max_length=18,
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True)),
                ("facts", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                ("said_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tellings", to="casework.case"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.decision"
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.outcome"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("dropped_at", None), ("said_at", None)),
                        fields=["due_at"],
                        name="tellings_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("said_at", None), ("dropped_at", None), _connector="OR"),
                        name="said_or_dropped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("said_at", None), ("said_at__gte", models.F("due_at")), _connector="OR"),
                        name="never_said_too_early",
                    ),
                ],
            },
        ),
        migrations.RunSQL(AFTER_A_WARNING, UNDO_AFTER_A_WARNING),
    ]
