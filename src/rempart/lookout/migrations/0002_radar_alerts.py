"""Alerts of the radar, what people say of them, how the lookout is set, and what the live detector remembers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_reporter_communities"),
        ("lookout", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HeardPosts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("heard_at", models.DateTimeField()),
                ("posts", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DetectorState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveBigIntegerField(default=0)),
                ("state", models.BinaryField()),
                ("posts", models.PositiveBigIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_live_detector")],
            },
        ),
        migrations.CreateModel(
            name="FameAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                ("because", models.JSONField(default=list)),
                ("series", models.JSONField(default=list)),
                ("received_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                (
                    "held_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("budget", "the alerts of the day are used up"),
                            ("feedback", "people lately found alerts like this one false"),
                        ],
                        max_length=16,
                    ),
                ),
                ("judged_at", models.DateTimeField(null=True)),
                ("service", rempart.intake.fields.ServiceField()),
                ("number", models.CharField(max_length=255)),
                ("handle", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(max_length=64, null=True)),
                ("language", models.CharField(blank=True, max_length=35)),
                (
                    "tier",
                    models.CharField(
                        choices=[("watch", "to be watched"), ("support", "somebody should reach out")], max_length=8
                    ),
                ),
                ("alert_at", models.DateTimeField()),
                ("growth", models.FloatField()),
                ("expected", models.FloatField()),
                ("observed", models.FloatField()),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("under_13", "under 13"),
                            ("13_15", "13 to 15"),
                            ("16_17", "16 or 17"),
                            ("18_plus", "18 or over"),
                        ],
                        max_length=8,
                        null=True,
                    ),
                ),
                ("priority", models.IntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits"),
                            ("open", "new"),
                            ("care", "taken up by the care team"),
                            ("dismissed", "not a star"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-priority", "-alert_at", "pk"],
                "indexes": [
                    models.Index(fields=["alert_at"], name="fame_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "number", "tier", "alert_at"), name="one_fame_alert"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("raised_at", None), ("state", "waits"), models.Q(("held_because", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "waits"), _negated=True),
                                ("held_because", ""),
                                ("raised_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="fame_waits_or_is_raised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            ("judged_at__isnull", False),
                            _connector="OR",
                        ),
                        name="fame_dismissed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LiveWave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                ("because", models.JSONField(default=list)),
                ("series", models.JSONField(default=list)),
                ("received_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                (
                    "held_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("budget", "the alerts of the day are used up"),
                            ("feedback", "people lately found alerts like this one false"),
                        ],
                        max_length=16,
                    ),
                ),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "type",
                    models.CharField(choices=[("tag", "hashtag"), ("phrase", "phrase")], default="tag", max_length=8),
                ),
                ("tag", models.CharField(max_length=300)),
                ("started_at", models.DateTimeField()),
                ("detected_at", models.DateTimeField()),
                ("posts", models.PositiveIntegerField()),
                ("authors", models.PositiveIntegerField()),
                ("testimonies", models.PositiveIntegerField()),
                ("expected", models.FloatField(default=0)),
                (
                    "signal",
                    models.CharField(
                        choices=[("testimonies", "testimonies"), ("count", "number of posts")],
                        default="testimonies",
                        max_length=16,
                    ),
                ),
                ("public", models.BooleanField(default=True)),
                ("accused", models.JSONField(default=list)),
                ("examples", models.JSONField(default=list)),
                ("opened_by_hand", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits"),
                            ("open", "new"),
                            ("opened", "listened for"),
                            ("dismissed", "not a wave"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="live_waves",
                        to="intake.wave",
                    ),
                ),
            ],
            options={
                "ordering": ["-detected_at", "pk"],
                "indexes": [
                    models.Index(fields=["detected_at"], name="live_waves_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("type", "tag", "detected_at"), name="one_live_wave"),
                    models.CheckConstraint(
                        condition=models.Q(("started_at__lte", models.F("detected_at"))),
                        name="began_before_it_was_seen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "opened"), _negated=True),
                            ("public", True),
                            ("opened_by_hand", True),
                            _connector="OR",
                        ),
                        name="a_name_is_listened_for_by_hand",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("raised_at", None), ("state", "waits"), models.Q(("held_because", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "waits"), _negated=True),
                                ("held_because", ""),
                                ("raised_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="wave_waits_or_is_raised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            ("judged_at__isnull", False),
                            _connector="OR",
                        ),
                        name="wave_dismissed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LookoutSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("false_waves_a_month", models.FloatField(default=4)),
                ("support_a_day", models.PositiveIntegerField(default=40)),
                ("watch_a_day", models.PositiveIntegerField(default=200)),
                ("waves_a_day", models.PositiveIntegerField(default=20)),
                ("pile_ons_a_day", models.PositiveIntegerField(default=40)),
                ("false_alarms", models.FloatField(default=0.1)),
                ("open_waves", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_settings"),
                    models.CheckConstraint(
                        condition=models.Q(("false_waves_a_month__gt", 0)), name="false_waves_are_some"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("false_alarms__gt", 0), ("false_alarms__lte", 0.5)),
                        name="false_alarms_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PileOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                ("because", models.JSONField(default=list)),
                ("series", models.JSONField(default=list)),
                ("received_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(null=True)),
                (
                    "held_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("budget", "the alerts of the day are used up"),
                            ("feedback", "people lately found alerts like this one false"),
                        ],
                        max_length=16,
                    ),
                ),
                ("judged_at", models.DateTimeField(null=True)),
                ("target", models.CharField(max_length=300)),
                ("started_at", models.DateTimeField()),
                ("detected_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("actors", models.PositiveIntegerField()),
                ("actions", models.PositiveIntegerField()),
                ("reports", models.PositiveIntegerField(default=0)),
                ("observed", models.PositiveIntegerField()),
                ("expected", models.FloatField()),
                ("groups", models.JSONField(default=list)),
                ("copies", models.JSONField(default=list)),
                ("examples", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits"),
                            ("open", "new"),
                            ("answered", "the person is being helped"),
                            ("dismissed", "not a pile-on"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pile_ons",
                        to="intake.account",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-detected_at", "pk"],
                "indexes": [
                    models.Index(fields=["detected_at"], name="pile_ons_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("target", "detected_at"), name="one_pile_on"),
                    models.CheckConstraint(
                        condition=models.Q(("started_at__lte", models.F("detected_at"))), name="pile_on_began_before"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("raised_at", None), ("state", "waits"), models.Q(("held_because", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "waits"), _negated=True),
                                ("held_because", ""),
                                ("raised_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pile_on_waits_or_is_raised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            ("judged_at__isnull", False),
                            _connector="OR",
                        ),
                        name="pile_on_dismissed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fame", "Sudden fame"), ("wave", "Waves"), ("pile_on", "Pile-ons")], max_length=8
                    ),
                ),
                ("tier", models.CharField(blank=True, max_length=8)),
                ("score", models.FloatField()),
                ("true", models.BooleanField()),
                ("said_at", models.DateTimeField()),
                (
                    "fame",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="lookout.famealert",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="lookout.livewave",
                    ),
                ),
                (
                    "pile_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="lookout.pileon",
                    ),
                ),
            ],
            options={
                "ordering": ["-said_at", "-pk"],
                "indexes": [
                    models.Index(fields=["kind", "said_at"], name="feedback_by_kind"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "fame"), ("pile_on", None), ("wave", None)),
                            models.Q(("fame", None), ("kind", "wave"), ("pile_on", None)),
                            models.Q(("fame", None), ("kind", "pile_on"), ("wave", None)),
                            _connector="OR",
                        ),
                        name="feedback_on_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tier", ""), ("kind", "fame"), _connector="OR"), name="only_fame_has_tiers"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RadarRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fame", "Sudden fame"), ("wave", "Waves"), ("pile_on", "Pile-ons")], max_length=8
                    ),
                ),
                ("upto", models.DateTimeField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("looked_at", models.PositiveBigIntegerField()),
                ("alerts", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["-ended_at"],
                "constraints": [models.UniqueConstraint(fields=("kind", "upto"), name="one_run_a_moment")],
            },
        ),
    ]
