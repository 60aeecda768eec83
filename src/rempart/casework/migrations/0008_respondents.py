"""The respondent as a party, what they are told, and statements of reasons, which nobody can change."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Statements leave with their case; none is ever changed.
AS_SENT = """
CREATE FUNCTION casework_statement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a statement of reasons is kept as it was sent'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_statement_stays_as_it_was_sent';
END $$;
CREATE TRIGGER statement_stays BEFORE UPDATE ON casework_statement
    FOR EACH ROW EXECUTE FUNCTION casework_statement_stays();
"""
CHANGEABLE = """
DROP TRIGGER statement_stays ON casework_statement;
DROP FUNCTION casework_statement_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_final_decisions"),
        ("correspondence", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="data_requests", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("case",), name="one_open_request_for_data"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", None)),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answered_request_says_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosedFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.JSONField()),
                ("category", models.CharField(max_length=32)),
                ("month", models.CharField(max_length=7)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for their answer"),
                            ("approved", "may be told"),
                            ("refused", "is not told"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="disclosed_facts", to="casework.case"
                    ),
                ),
                (
                    "complainant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disclosed_facts",
                        to="casework.complainant",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text__has_keys", ["fr", "en"])), name="a_fact_is_in_both_languages"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__regex", "^\\d{4}-\\d{2}$")), name="a_fact_has_a_month_and_no_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state", "proposed")),
                            models.Q(models.Q(("state", "proposed"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answered_fact_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "currency",
                    models.CharField(max_length=3, validators=[django.core.validators.RegexValidator("^[A-Z]{3}$")]),
                ),
                ("as_of", models.DateTimeField()),
                ("reported_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held_sums", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["as_of", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "currency", "as_of"), name="one_figure_a_moment"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("currency__regex", "^[A-Z]{3}$")),
                        name="a_sum_is_positive_in_a_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RespondentSide",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("reply_until", models.DateTimeField()),
                ("handed_over_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="respondent_side", to="casework.case"
                    ),
                ),
                (
                    "conversation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="correspondence.conversation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reply_until__gt", models.F("opened_at"))), name="there_is_time_to_reply"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("fields", models.JSONField()),
                ("texts", models.JSONField()),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="statement", to="casework.decision"
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("texts__has_keys", ["fr", "en"])), name="a_statement_is_in_both_languages"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ToTell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="to_tell", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [models.UniqueConstraint(fields=("case", "at"), name="once_a_moment")],
            },
        ),
        migrations.RunSQL(AS_SENT, CHANGEABLE),
    ]
