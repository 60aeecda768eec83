"""Proofs of age: what a wallet is asked, what was shown once, how many, and the lists of whom we trust."""

from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0005_children_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrustFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("trusted", "trusted list"), ("status", "status list")], max_length=7),
                ),
                ("url", models.CharField(max_length=500, unique=True)),
                ("content", models.BinaryField(null=True)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("good_until", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=64)),
                ("alarmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["kind", "url"],
            },
        ),
        migrations.CreateModel(
            name="ProofCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("gate", "signing up"),
                            ("challenge", "a question about an account"),
                            ("guardian", "a parent or guardian who answers"),
                        ],
                        max_length=9,
                    ),
                ),
                ("over", models.PositiveSmallIntegerField()),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("opened", "page opened"),
                            ("shown", "a wallet answered"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                            ("dropped", "ended without a yes"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=32)),
                ("method", models.CharField(blank=True, max_length=16)),
                ("number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["day", "purpose", "over", "step", "reason", "method"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "purpose", "over", "step", "reason", "method"), name="one_count_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("kind", models.CharField(choices=[("account", "account"), ("attempt", "attempt")], max_length=8)),
                ("reference", models.CharField(max_length=255)),
                ("over", models.PositiveSmallIntegerField()),
                ("country", models.CharField(blank=True, max_length=6)),
                ("language", models.CharField(blank=True, max_length=2)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("gate", "signing up"),
                            ("challenge", "a question about an account"),
                            ("guardian", "a parent or guardian who answers"),
                        ],
                        max_length=9,
                    ),
                ),
                ("sealed_return", models.BinaryField(null=True)),
                ("sealed_seed", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for a wallet"),
                            ("coming_back", "shown: the browser has to come back"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                        ],
                        default="waiting",
                        max_length=11,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=32)),
                (
                    "method",
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
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("browser", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["service", "kind", "reference"], name="proofs_of_somebody"),
                    models.Index(fields=["expires_at"], name="proofs_by_end"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("over__in", [13, 15, 16, 18])), name="a_proof_is_of_a_threshold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="a_proof_request_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="a_proof_is_of_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("reason", ""), _negated=True)),
                            models.Q(("reason", ""), ("state__in", ["waiting", "coming_back", "accepted"])),
                            _connector="OR",
                        ),
                        name="only_a_refused_proof_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("sealed_seed", None),
                                models.Q(("method", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_accepted_proof_keeps_no_secret",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "coming_back"), _negated=True),
                            models.Q(models.Q(("browser", ""), _negated=True), models.Q(("method", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="who_comes_back_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpentProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(unique=True)),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest", b""), _negated=True), name="a_spent_proof_has_a_digest"
                    )
                ],
            },
        ),
    ]
