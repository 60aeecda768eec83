"""What people and the sweep say of accounts whose owners may be too young, and accounts that come back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0003_gate"),
        ("correspondence", "0005_conversations_about_age"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgeMatter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("salt", models.BinaryField(null=True)),
                ("opened_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("due_at", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing", "nothing to ask"),
                            ("asked", "asked to say or show their age"),
                            ("restrict", "put before two people who may close it"),
                        ],
                        max_length=8,
                    ),
                ),
                ("because", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="matters",
                        to="age.challenge",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("service", "handle"),
                        name="one_open_age_matter_a_handle",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None), ("platform_id__isnull", False)),
                        fields=("service", "platform_id"),
                        name="one_open_age_matter_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("outcome__in", ["nothing", "asked", "restrict"]),
                                ("salt", None),
                                models.Q(("because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_age_matter_says_what_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("opened_at"))), name="an_age_matter_is_due"
                    ),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("decided_at", None)), fields=["due_at"], name="age_matters_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeSighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("probability", models.FloatField()),
                ("step", models.CharField(max_length=8)),
                ("sealed_evidence", models.BinaryField(null=True)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sightings", to="age.agematter"
                    ),
                ),
            ],
            options={
                "ordering": ["-seen_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "digest"), name="one_sighting_of_the_same"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability__gte", 0), ("probability__lte", 1), ("step__in", ["ask", "prove", "restrict"])
                        ),
                        name="a_sighting_is_likely_or_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnderAgeReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("said_so", "they said so themself"),
                            ("knows_them", "somebody who knows them says so"),
                            ("shows", "it shows in what they post"),
                            ("other", "something else"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("parent", "a parent or guardian"),
                            ("school", "somebody of their school"),
                            ("young", "somebody of their age"),
                            ("other", "somebody else"),
                            ("platform", "the platform"),
                        ],
                        max_length=8,
                    ),
                ),
                ("hurt", models.BooleanField(default=False)),
                ("sealed_text", models.BinaryField(null=True)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("place", models.PositiveIntegerField(null=True)),
                ("number", models.CharField(blank=True, max_length=200)),
                (
                    "conversation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="correspondence.conversation",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="age.agematter"
                    ),
                ),
            ],
            options={
                "ordering": ["received_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("place", None), models.Q(("place__gte", 0), ("place__lt", 65536)), _connector="OR"
                        ),
                        name="a_place_is_16_bits",
                    )
                ],
                "indexes": [models.Index(fields=["received_at"], name="age_reports_in_order")],
            },
        ),
        migrations.CreateModel(
            name="ClosedYoung",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("stem", models.CharField(blank=True, max_length=255)),
                ("device", models.CharField(blank=True, max_length=64)),
                ("network", models.CharField(blank=True, max_length=64)),
                ("closed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
            ],
            options={
                "ordering": ["-closed_at", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("service", "handle"), name="closed_young_once")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("stem", ""), _negated=True), fields=["stem"], name="closed_young_by_stem"
                    ),
                    models.Index(
                        condition=models.Q(("device", ""), _negated=True),
                        fields=["device"],
                        name="closed_young_by_device",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comeback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("because", models.JSONField()),
                ("proposed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("same", models.BooleanField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "closed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comebacks", to="age.closedyoung"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("closed", "service", "handle"), name="one_comeback_an_account"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("same", None)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("same__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_comeback_is_decided_by_a_person",
                    ),
                ],
            },
        ),
    ]
