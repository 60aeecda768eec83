"""Notices to the services where facts took place, agreed to by who reported and approved by a reviewer."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0014_identity"),
        ("files", "0003_who_opens"),
        ("intake", "0004_watched_tags"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("sealed_secret", models.BinaryField(null=True)),
                ("language", models.CharField(default="en", max_length=2)),
                ("source", models.TextField()),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["service", "-added_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)), fields=("service",), name="one_contact_of_a_service"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("email", ""), _negated=True), ("sealed_secret", None), ("url", "")),
                            models.Q(
                                ("email", ""), ("sealed_secret__isnull", False), models.Q(("url", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_contact_is_an_address_or_a_webhook",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="an_address_says_where_it_is_from"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])), name="contact_language_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("number", models.CharField(blank=True, max_length=255)),
                (
                    "links",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.URLField(max_length=500), default=list, size=None
                    ),
                ),
                (
                    "conduct",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("minor", models.BooleanField(null=True)),
                ("month", models.CharField(max_length=7)),
                ("with_files", models.BooleanField(default=False)),
                ("with_address", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "drafted"),
                            ("asked", "waits for the answer of who reported"),
                            ("agreed", "agreed to, waits for a reviewer"),
                            ("refused", "refused by who reported"),
                            ("declined", "declined by a reviewer"),
                            ("approved", "approved, to be sent"),
                            ("failed", "could not be sent"),
                            ("sent", "sent"),
                            ("answered", "answered by the service"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("drafted_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("declined_because", models.TextField(blank=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("sent_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "drafted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("files", models.ManyToManyField(related_name="+", to="files.storedfile")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="intake.report"
                    ),
                ),
            ],
            options={
                "ordering": ["drafted_at", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="notices_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("report", "service"), name="one_notice_of_a_report_to_a_service"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "asked",
                                    "agreed",
                                    "refused",
                                    "declined",
                                    "approved",
                                    "failed",
                                    "sent",
                                    "answered",
                                ],
                            )
                        ),
                        name="notice_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__regex", "^\\d{4}-\\d{2}$")), name="a_notice_has_a_month_and_no_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("approved_at__gte", models.F("agreed_at")),
                                ("approved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="nothing_is_approved_that_was_not_agreed_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at", None), models.Q(("state__in", ["sent", "answered"]), _negated=True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("sent_at__gte", models.F("approved_at")),
                                ("state__in", ["sent", "answered"]),
                            ),
                            _connector="OR",
                        ),
                        name="nothing_is_sent_that_was_not_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("next_at", None), ("state", "approved"), _connector="OR"),
                        name="only_what_is_approved_is_tried",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("with_address", False), ("with_files", False)),
                            ("agreed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="nothing_is_joined_without_a_yes",
                    ),
                ],
            },
        ),
    ]
