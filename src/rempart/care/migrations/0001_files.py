"""Files of people looked after, what they ask for, and what the team has to do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("correspondence", "0003_people_looked_after"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CareFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
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
                ("country", models.CharField(max_length=64, null=True)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("opened_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("because", models.TextField(blank=True)),
                ("alert", models.CharField(blank=True, max_length=120)),
                ("noticed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("priority", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("paused", "paused"),
                            ("ended", "ended"),
                            ("frozen", "silent"),
                        ],
                        default="offered",
                        max_length=8,
                    ),
                ),
                ("state_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                (
                    "stood",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("paused", "paused"),
                            ("ended", "ended"),
                            ("frozen", "silent"),
                        ],
                        max_length=8,
                    ),
                ),
                ("paused_until", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(blank=True)),
                (
                    "safe_to_tell_guardian",
                    models.CharField(
                        choices=[("unknown", "not said yet"), ("yes", "yes"), ("no", "no: telling them is not safe")],
                        default="unknown",
                        max_length=7,
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
                    "held_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["priority", "-noticed_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["offered", "accepted", "paused"])),
                        fields=["priority", "-noticed_at", "id"],
                        name="care_files_to_look_after",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "handle"), name="one_care_file_a_handle"),
                    models.UniqueConstraint(
                        condition=models.Q(("platform_id", None), _negated=True),
                        fields=("service", "platform_id"),
                        name="one_care_file_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["offered", "accepted", "declined", "paused", "ended", "frozen"])
                        ),
                        name="care_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("alert", ""), _negated=True),
                            models.Q(("opened_by__isnull", False), models.Q(("because", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_care_file_is_noticed_or_a_person_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["paused", "frozen"]),
                                ("stood__in", ["offered", "accepted", "declined", "ended"]),
                            ),
                            models.Q(models.Q(("state__in", ["paused", "frozen"]), _negated=True), ("stood", "")),
                            _connector="OR",
                        ),
                        name="what_is_interrupted_stood_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paused_until", None), ("state", "paused"), _connector="OR"),
                        name="only_a_pause_ends_by_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "asks for a call"), ("not_well", "says « I am not well »")], max_length=8
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[("young", "themself"), ("guardian", "a guardian")], default="young", max_length=8
                    ),
                ),
                ("asked_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("due_at", models.DateTimeField()),
                ("sealed_phone", models.BinaryField(null=True)),
                ("rings", models.PositiveSmallIntegerField(default=0)),
                ("rings_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("talked", "Talked with them"),
                            ("guardian_told", "Talked with a guardian"),
                            ("emergency", "Called the emergency services"),
                            ("handed_over", "Put them through to a helpline or a professional"),
                            ("not_reached", "Nobody could be reached: wrote to them"),
                            ("taken_back", "They took it back"),
                        ],
                        max_length=13,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="care.carefile"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["rings_at"], name="wishes_that_ring"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("file", "kind", "voice"),
                        name="one_open_wish_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["call", "not_well"]), ("voice__in", ["young", "guardian"])),
                        name="what_is_asked_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))), name="a_wish_has_its_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome", ""), ("rings_at__isnull", False), ("settled_at", None), ("settled_by", None)
                            ),
                            models.Q(
                                ("rings_at", None),
                                ("settled_at__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_wish_rings_until_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", None)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="whoever_sees_to_it_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at", None),
                            ("settled_by__isnull", False),
                            ("outcome", "taken_back"),
                            _connector="OR",
                        ),
                        name="a_wish_is_settled_by_somebody_or_taken_back",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("starts", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("skipped_at", models.DateTimeField(null=True)),
                ("skipped_because", models.TextField(blank=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="care.carefile"
                    ),
                ),
                (
                    "skipped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["due", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None), ("skipped_at", None)),
                        fields=["due"],
                        name="care_steps_to_do",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("file", "kind"), name="one_care_step_of_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("due__gt", models.F("starts"))), name="a_care_step_has_its_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("skipped_at", None),
                                ("skipped_because", ""),
                                ("skipped_by", None),
                                models.Q(("done_at__isnull", False), ("done_by", None), _connector="OR"),
                            ),
                            models.Q(
                                ("done_at", None),
                                ("done_by", None),
                                ("skipped_at__isnull", False),
                                models.Q(("skipped_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_care_step_is_done_or_skipped_with_a_reason",
                    ),
                ],
            },
        ),
    ]
