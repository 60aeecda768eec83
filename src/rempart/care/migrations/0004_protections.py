"""Protections that people accept, shields with what they collect, and the orders to platforms."""

import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0003_after_a_death"),
        ("files", "0003_who_opens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Protection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("no_strangers_messages", "no_strangers_messages"),
                            ("comment_filter", "comment_filter"),
                            ("no_live", "no_live"),
                            ("hide_follower_counts", "hide_follower_counts"),
                            ("no_duets", "no_duets"),
                        ],
                        max_length=24,
                    ),
                ),
                ("lasts", models.DurationField()),
                ("proposed_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                ("declined_at", models.DateTimeField(null=True)),
                ("begins_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "undone_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="protections", to="care.carefile"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "no_strangers_messages",
                                    "comment_filter",
                                    "no_live",
                                    "hide_follower_counts",
                                    "no_duets",
                                ),
                            )
                        ),
                        name="protection_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted_at", None),
                                ("accepted_by", ""),
                                ("begins_at", None),
                                ("ends_at", None),
                                ("undone_at", None),
                            ),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("accepted_by__in", ("young", "guardian")),
                                ("begins_at__gte", models.F("accepted_at")),
                                ("begins_at__isnull", False),
                                ("ends_at__gt", models.F("begins_at")),
                                ("ends_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_protection_holds_once_accepted_and_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lasts__gt", datetime.timedelta(0)),
                            ("lasts__lte", datetime.timedelta(days=90)),
                            models.Q(
                                ("ends_at", None),
                                (
                                    "ends_at__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("begins_at"), "+", models.Value(datetime.timedelta(days=90))
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="a_protection_lasts_ninety_days_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", "")),
                            models.Q(("undone_at__isnull", False), models.Q(("undone_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="what_is_undone_says_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("declined_at", None), ("accepted_at", None), _connector="OR"),
                        name="what_is_declined_was_not_accepted",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("declined_at", None)),
                        fields=("file", "kind"),
                        name="one_open_proposal_of_a_protection",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shield",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("because", models.CharField(blank=True, max_length=120)),
                ("together", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("keep_until", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shields", to="care.carefile"
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
            ],
            options={
                "ordering": ["-opened_at", "-pk"],
                "indexes": [
                    models.Index(fields=["keep_until"], name="shields_by_their_end"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("opened_at"))), name="a_shield_ends_after_it_opened"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", "")),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__in", ("young", "guardian"))),
                            _connector="OR",
                        ),
                        name="a_shield_is_accepted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("keep_until__gte", models.F("opened_at")),
                            (
                                "keep_until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"), "+", models.Value(datetime.timedelta(days=2190))
                                ),
                            ),
                        ),
                        name="evidence_is_kept_six_years_at_most",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("file",), name="one_open_shield_a_file"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceFolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("comments", models.PositiveIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shield",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="folders", to="care.shield"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ShieldedComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=512)),
                ("author", models.CharField(max_length=255)),
                ("author_id", models.CharField(blank=True, max_length=255)),
                ("author_digest", models.CharField(max_length=128)),
                ("about", models.CharField(blank=True, max_length=512)),
                ("said_at", models.DateTimeField()),
                ("collected_at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                ("hostile", models.BooleanField()),
                (
                    "shield",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="care.shield"
                    ),
                ),
            ],
            options={
                "ordering": ["said_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("shield", "number"), name="one_comment_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="a_comments_hash_is_sha256"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("protect", "switch a protection on"),
                            ("hide", "hide comments"),
                            ("report", "report comments to the platform"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ordered_at", models.DateTimeField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="care.carefile"
                    ),
                ),
                (
                    "protection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="care.protection",
                    ),
                ),
                (
                    "shield",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="care.shield"
                    ),
                ),
                ("comments", models.ManyToManyField(related_name="orders", to="care.shieldedcomment")),
            ],
            options={
                "ordering": ["begins_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "protect"), ("protection__isnull", False), ("shield", None)),
                            models.Q(("kind__in", ["hide", "report"]), ("protection", None), ("shield__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_care_order_says_what_about",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("kind", "report")),
                            models.Q(("ends_at__isnull", False), models.Q(("kind", "report"), _negated=True)),
                            _connector="OR",
                        ),
                        name="what_care_orders_ends_unless_it_is_told_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("begins_at")), _connector="OR"),
                        name="a_care_order_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("protection__isnull", False)),
                        fields=("protection",),
                        name="one_order_a_protection",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShieldGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("copies", "the same words, again and again"),
                            ("authors", "people who act together"),
                            ("others", "all other comments"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=200)),
                ("hides", models.BooleanField(default=False)),
                (
                    "shield",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="care.shield"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("shield", "sort", "key"), name="one_group_a_key"),
                ],
            },
        ),
        migrations.AddField(
            model_name="shieldedcomment",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="care.shieldgroup"
            ),
        ),
    ]
