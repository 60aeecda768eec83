"""The first tables of the room."""

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("intake", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RulebookVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=40)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("stored_at", models.DateTimeField()),
                ("in_force_from", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-in_force_from", "name"],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("decided", "decided"), ("closed", "closed")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("danger_at", models.DateTimeField(null=True)),
                ("danger_because", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_because", models.TextField(blank=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="case", to="intake.account"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "danger_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "decided", "closed"])), name="case_state_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("danger_at", None),
                            models.Q(
                                models.Q(("danger_by", None), _negated=True),
                                models.Q(("danger_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="danger_is_recorded_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "closed"),
                                models.Q(("closed_because", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="a_closed_case_says_who_and_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssessmentRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("assessment", models.JSONField()),
                ("credibility", models.FloatField()),
                ("independent_sources", models.FloatField()),
                ("coordination", models.FloatField()),
                ("severity", models.PositiveSmallIntegerField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assessments", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "indexes": [
                    models.Index(fields=["case", "-made_at"], name="casework_as_case_id_6f1aa9_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.CharField(choices=[("preventive", "preventive"), ("final", "final")], max_length=10)),
                (
                    "articles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
                ),
                ("reasons", models.JSONField()),
                (
                    "approval",
                    models.CharField(
                        choices=[
                            ("automatic", "takes effect by itself"),
                            ("one_reviewer", "one reviewer approves"),
                            ("two_reviewers", "two reviewers approve"),
                        ],
                        max_length=16,
                    ),
                ),
                ("lasts", models.DurationField(null=True)),
                ("review_within", models.DurationField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for approval"),
                            ("taken", "taken"),
                            ("declined", "declined"),
                            ("replaced", "replaced before it was approved"),
                        ],
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_because", models.TextField(blank=True)),
                ("seconded_at", models.DateTimeField(null=True)),
                ("seconded_because", models.TextField(blank=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("declined_because", models.TextField(blank=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("begins_at", models.DateTimeField(null=True)),
                ("review_due", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_because", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[("lifted", "lifted"), ("taken_over", "taken over by another decision")],
                        max_length=10,
                    ),
                ),
                ("lapse_recorded_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="casework.assessmentrecord",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="casework.case"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declined_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "renews",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal",
                        to="casework.decision",
                    ),
                ),
                (
                    "seconded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rulebook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="casework.rulebookversion",
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("begins_at__isnull", False), ("state", "taken"), ("taken_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "taken"), _negated=True), ("begins_at", None), ("taken_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_is_taken_with_a_beginning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mode", "preventive"), ("state", "taken"), _negated=True),
                            models.Q(
                                ("ends_at__isnull", False), ("review_due__isnull", False), ("since__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="preventive_has_end_and_review",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_due", None),
                            ("ends_at", None),
                            models.Q(
                                ("review_due__gt", models.F("begins_at")), ("review_due__lt", models.F("ends_at"))
                            ),
                            _connector="OR",
                        ),
                        name="review_before_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mode", "preventive"), _negated=True),
                            ("ends_at", None),
                            models.Q(
                                ("begins_at__gte", models.F("since")),
                                ("ends_at__gt", models.F("begins_at")),
                                (
                                    "ends_at__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("since"), "+", models.Value(datetime.timedelta(days=90))
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="preventive_at_most_90_days_in_all",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("mode", "preventive"), ("state", "taken")),
                        expressions=[
                            (models.Func("case", "case", models.Value("[]"), function="int8range"), "&&"),
                            (
                                models.Func(
                                    models.F("begins_at"),
                                    django.db.models.functions.comparison.Greatest(
                                        models.F("begins_at"),
                                        django.db.models.functions.comparison.Least(
                                            models.F("ends_at"), models.F("ended_at")
                                        ),
                                    ),
                                    models.Value("[)"),
                                    function="tstzrange",
                                ),
                                "&&",
                            ),
                        ],
                        name="one_preventive_decision_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("case",), name="one_proposal_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), _negated=True),
                            ("approval", "automatic"),
                            models.Q(("approval", "one_reviewer"), ("approved_by__isnull", False)),
                            models.Q(
                                ("approval", "two_reviewers"),
                                ("approved_by__isnull", False),
                                ("seconded_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="approved_by_those_who_must",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seconded_by", None),
                            models.Q(
                                models.Q(("seconded_by", models.F("approved_by")), _negated=True),
                                ("approved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="the_second_is_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_by", None),
                                models.Q(
                                    models.Q(("approved_because", ""), _negated=True), ("approved_at__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("seconded_by", None),
                                models.Q(
                                    models.Q(("seconded_because", ""), _negated=True), ("seconded_at__isnull", False)
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="approvals_have_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(
                                ("declined_at__isnull", False),
                                ("declined_by__isnull", False),
                                models.Q(("declined_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_declined_decision_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at", None),
                            models.Q(
                                ("confirmed_by__isnull", False), models.Q(("confirmed_because", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_confirmation_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at", None)),
                            models.Q(("ended_at__isnull", False), models.Q(("ended", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="what_ended_says_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureTaken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("watch", "watched, nothing restricted"),
                            ("no_recommendation", "no longer recommended to others"),
                            ("no_contact_with_minors", "no contact with minors"),
                            ("no_new_contacts", "cannot write first to anyone"),
                            ("no_live", "cannot go live"),
                            ("no_monetisation", "pay-outs held"),
                            ("read_only", "can read, not post"),
                            ("suspend", "account suspended"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "articles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_because", models.TextField(blank=True)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="measures", to="casework.decision"
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("decision", "measure"), name="once_in_a_decision"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "measure__in",
                                (
                                    "watch",
                                    "no_recommendation",
                                    "no_contact_with_minors",
                                    "no_new_contacts",
                                    "no_live",
                                    "no_monetisation",
                                    "read_only",
                                    "suspend",
                                ),
                            )
                        ),
                        name="measure_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at", None),
                            models.Q(("lifted_by__isnull", False), models.Q(("lifted_because", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_lift_says_who_and_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlatformOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(choices=[("apply", "apply"), ("lift", "lift")], max_length=5)),
                ("due_at", models.DateTimeField()),
                ("ordered_at", models.DateTimeField()),
                ("carried_out_at", models.DateTimeField(null=True)),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="casework.measuretaken"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("measure", "action"), name="ordered_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seed", models.PositiveIntegerField()),
                ("accounts", models.PositiveIntegerField()),
                (
                    "rulebooks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
                ),
                ("asked_at", models.DateTimeField()),
                ("computed_at", models.DateTimeField(null=True)),
                ("rows", models.JSONField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("accounts__gte", 1), ("accounts__lte", 5000)),
                        name="a_simulation_has_accounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaveReplay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("computed_at", models.DateTimeField()),
                ("rows", models.JSONField()),
                ("first_measures", models.JSONField()),
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="replay", to="intake.wave"
                    ),
                ),
            ],
        ),
    ]
