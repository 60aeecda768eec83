"""Guardians and what they agree to, questions to providers of age assurance, and a stated sex for error rates."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0006_proofs"),
        ("correspondence", "0005_conversations_about_age"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feature", models.CharField(max_length=40)),
                ("given_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("until", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["feature", "-given_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="GuardianBond",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("kind", models.CharField(choices=[("account", "account"), ("attempt", "attempt")], max_length=8)),
                ("reference", models.CharField(max_length=255)),
                ("handle", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(blank=True, max_length=6)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("over", models.PositiveSmallIntegerField(null=True)),
                ("named_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("said_safe", models.BooleanField()),
                ("sealed_contact", models.BinaryField(null=True)),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "proved_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("stated", "they said so"),
                            ("mdoc", "a wallet showed it"),
                            ("sd_jwt", "a wallet showed it, as SD-JWT"),
                            ("zero_knowledge", "a wallet proved it without showing anything"),
                            ("guardian", "a parent or guardian answered for them"),
                            ("vouched", "somebody vouched for them, and a person decided"),
                            ("vendor", "a provider of age assurance said so"),
                            ("person", "a person decided"),
                        ],
                        max_length=16,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("lost_at", models.DateTimeField(null=True)),
                (
                    "lost_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("testimony", "a testimony speaks of them"),
                            ("young", "the young person said that it is no longer safe"),
                        ],
                        max_length=9,
                    ),
                ),
            ],
            options={
                "ordering": ["-named_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="VendorRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=43, unique=True)),
                ("nonce", models.CharField(max_length=43)),
                ("vendor", models.CharField(max_length=40)),
                ("service", rempart.intake.fields.ServiceField()),
                ("kind", models.CharField(max_length=8)),
                ("reference", models.CharField(max_length=255)),
                ("over", models.PositiveSmallIntegerField()),
                ("asked_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=24)),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("over__in", [13, 15, 16, 18])), name="a_vendor_is_asked_a_threshold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("asked_at"))), name="a_vendor_request_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="a_vendor_request_is_of_somebody"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="sex",
            field=models.CharField(blank=True, max_length=1),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["", "f", "m", "x"])), name="a_stated_sex_is_known"
            ),
        ),
        migrations.AddField(
            model_name="guardianbond",
            name="conversation",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="correspondence.conversation",
            ),
        ),
        migrations.AddField(
            model_name="guardianbond",
            name="proof",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="age.proofrequest"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="bond",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="age.guardianbond"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="age.guardianbond"
            ),
        ),
        migrations.AddIndex(
            model_name="guardianbond",
            index=models.Index(fields=["service", "kind", "reference"], name="guardians_of_somebody"),
        ),
        migrations.AddIndex(
            model_name="guardianbond",
            index=django.contrib.postgres.indexes.GinIndex(fields=["marks"], name="guardians_by_mark"),
        ),
        migrations.AddConstraint(
            model_name="guardianbond",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("said_safe", True),
                    models.Q(("conversation", None), ("proof", None), ("proved_at", None), ("sealed_contact", None)),
                    _connector="OR",
                ),
                name="nobody_is_asked_where_it_is_not_safe",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianbond",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True), name="a_bond_is_of_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianbond",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proved_at", None), ("proved_by", "")),
                    models.Q(("proved_at__isnull", False), models.Q(("proved_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="what_a_guardian_shows_has_a_method",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianbond",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("proved_at__isnull", False), _connector="OR"),
                name="a_guardian_answers_as_an_adult",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianbond",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lost_at", None), ("lost_because", "")),
                    models.Q(("lost_at__isnull", False), models.Q(("lost_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_lost_role_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("given_at"))), name="a_consent_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None), ("withdrawn_at__gte", models.F("given_at")), _connector="OR"
                ),
                name="a_consent_is_withdrawn_after_it_is_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("withdrawn_by", None), ("withdrawn_at__isnull", False), _connector="OR"),
                name="whoever_withdraws_does_so_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("bond", "feature", "given_at"), name="one_consent_a_guardian_gives_at_once"
            ),
        ),
    ]
