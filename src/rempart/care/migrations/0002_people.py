"""The people around somebody looked after: guardians, mentors, agents."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0001_files"),
        ("correspondence", "0003_people_looked_after"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guardian",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("sealed_reach", models.BinaryField()),
                ("by_mail", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("told_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guardians", to="care.carefile"
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["added_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="a_guardian_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("company", models.CharField(blank=True, max_length=120)),
                ("sealed_reach", models.BinaryField()),
                (
                    "scope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("schedule", "appointments and working hours"),
                                ("contracts", "contracts and income"),
                                ("press", "questions of the press"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                ("given_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("ends_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
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
                ("revoked_because", models.TextField(blank=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mandates", to="care.carefile"
                    ),
                ),
            ],
            options={
                "ordering": ["-given_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by__in", ["young", "guardian"]), models.Q(("name", ""), _negated=True)),
                        name="a_mandate_is_given_by_them",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("given_at"))), name="a_mandate_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["schedule", "contracts", "press"]), ("scope__len__gt", 0)
                        ),
                        name="a_mandate_is_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at", None), ("checked_by", None)),
                            models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_mandate_is_checked_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", "")),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__in", ["young", "guardian", "team"])),
                            _connector="OR",
                        ),
                        name="a_mandate_is_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mentor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("words", models.JSONField()),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), size=None),
                ),
                ("sealed_reach", models.BinaryField()),
                ("added_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_until", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="a_mentor_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at", None), ("checked_by", None), ("checked_until", None)),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                ("checked_until__gt", models.F("checked_at")),
                                models.Q(("checked_by", models.F("added_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_second_person_checks_a_mentor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introductions", to="care.carefile"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introductions", to="care.mentor"
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("declined_at", None), ("ended_at", None)),
                        fields=("file",),
                        name="one_introduction_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("declined_at", None), _connector="OR"),
                        name="accepted_or_declined",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("accepted_at__isnull", False), _connector="OR"),
                        name="only_what_began_ends",
                    ),
                ],
            },
        ),
    ]
