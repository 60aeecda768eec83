"""What is declared to the DSA Transparency Database; what it took is never changed nor deleted here."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whatever the database holds stays as it was sent; that the statement leaves with its case changes nothing there.
TAKEN_STAYS = """
CREATE FUNCTION accountability_refuse_change_of_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.puid, OLD.payload, OLD.state, OLD.taken_at, OLD.uuid)
            IS DISTINCT FROM (NEW.puid, NEW.payload, NEW.state, NEW.taken_at, NEW.uuid) THEN
        RAISE EXCEPTION 'what the Transparency Database took stays as it was sent'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_taken_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON accountability_submission
    FOR EACH ROW WHEN (OLD.state = 'taken') EXECUTE FUNCTION accountability_refuse_change_of_taken();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accountability", "0001_requests"),
        ("casework", "0015_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("puid", models.CharField(max_length=100, unique=True)),
                ("payload", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("enlisted_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "to be sent"),
                            ("taken", "taken by the database"),
                            ("refused", "refused: a person has to look"),
                        ],
                        default="waits",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("uuid", models.CharField(blank=True, max_length=100)),
                ("trouble", models.TextField(blank=True)),
                ("problems", models.JSONField(default=list)),
                ("because", models.TextField(blank=True)),
                (
                    "corrected_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="accountability.submission",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="submissions",
                        to="casework.statement",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waits")), fields=["next_at", "id"], name="submissions_to_send"
                    ),
                    models.Index(fields=["made_at", "id"], name="submissions_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("statement", "number"), name="a_statement_is_declared_once_a_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_at__isnull", False), ("state", "waits"), models.Q(("payload", {}), _negated=True)
                            ),
                            models.Q(models.Q(("state", "waits"), _negated=True), ("next_at", None)),
                            _connector="OR",
                        ),
                        name="what_waits_has_a_moment_and_something_to_send",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), ("taken_at__isnull", False)),
                            models.Q(models.Q(("state", "taken"), _negated=True), ("taken_at", None), ("uuid", "")),
                            _connector="OR",
                        ),
                        name="what_was_taken_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("problems", []), _negated=True)),
                            models.Q(("state", "refused"), _negated=True),
                            _connector="OR",
                        ),
                        name="what_was_refused_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", ""), ("corrects", None), ("number", 1)),
                            models.Q(
                                ("corrects__isnull", False), ("number__gt", 1), models.Q(("because", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_corrected_submission_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            TAKEN_STAYS,
            "DROP TRIGGER refuse_change ON accountability_submission;"
            " DROP FUNCTION accountability_refuse_change_of_taken();",
        ),
    ]
