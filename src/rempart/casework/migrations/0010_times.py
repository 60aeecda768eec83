"""What time did, each written once, and what finds by index what falls due."""

import django.db.models.deletion
from django.db import migrations, models

# Where decisions were taken before these tables existed, what fell due then is over.
WHAT_IS_OVER = """
INSERT INTO casework_seenuntil ("only", at) SELECT true, now() WHERE EXISTS (SELECT FROM casework_decision);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0009_appeals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("kind", "key", "due_at"), name="escalated_once")],
            },
        ),
        migrations.CreateModel(
            name="Passing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("kind", "key", "due_at"), name="passed_once")],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("kind", "key", "due_at"), name="reminded_once")],
            },
        ),
        migrations.CreateModel(
            name="SeenUntil",
            fields=[
                ("only", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("only", True)), name="there_is_one_row")],
            },
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("state", "taken")), fields=["begins_at"], name="decisions_by_beginning"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("state", "taken")), fields=["review_due"], name="decisions_by_review"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(condition=models.Q(("state", "taken")), fields=["ends_at"], name="decisions_by_end"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(
                    ("lapse_recorded_at", None),
                    ("state", "taken"),
                    models.Q(("ended", "lifted"), _negated=True),
                    models.Q(("ended_at", None), ("ended_at__gte", models.F("ends_at")), _connector="OR"),
                ),
                fields=["ends_at"],
                name="lapses_to_record",
            ),
        ),
        migrations.AddIndex(
            model_name="respondentside",
            index=models.Index(fields=["reply_until"], name="replies_awaited"),
        ),
        migrations.AddIndex(
            model_name="measuretaken",
            index=models.Index(
                condition=models.Q(("lift_recorded_at", None), ("lifted_at__isnull", False)),
                fields=["lifted_at"],
                name="lifts_to_record",
            ),
        ),
        migrations.RunSQL(WHAT_IS_OVER),
    ]
