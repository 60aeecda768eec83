"""Accounts on several services linked with a degree, and a second look when a link is withdrawn."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ACROSS_SERVICES = """
CREATE FUNCTION casework_refuse_link_within_a_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT service) FROM intake_account WHERE id IN (NEW.first_id, NEW.second_id)) < 2 THEN
        RAISE EXCEPTION 'a link is between accounts on two services'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_link_is_across_services';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_link_within_a_service BEFORE INSERT OR UPDATE OF first_id, second_id ON casework_accountlink
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_link_within_a_service();
"""
NOT_ACROSS_SERVICES = """
DROP TRIGGER refuse_link_within_a_service ON casework_accountlink;
DROP FUNCTION casework_refuse_link_within_a_service();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_ordered_again"),
        ("intake", "0004_watched_tags"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reconsideration",
            name="because",
            field=models.CharField(
                choices=[("reply", "the person replied"), ("link", "what is said of another account counts no more")],
                default="reply",
                max_length=5,
            ),
        ),
        migrations.CreateModel(
            name="AccountLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "degree",
                    models.CharField(
                        choices=[
                            ("declared", "declared by themselves"),
                            ("named", "named by others"),
                            ("confirmed", "confirmed by two people"),
                        ],
                        max_length=9,
                    ),
                ),
                ("said", models.TextField(blank=True)),
                ("noted_at", models.DateTimeField()),
                ("evidence", models.TextField(blank=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.TextField(blank=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links_from", to="intake.account"
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links_to", to="intake.account"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["noted_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="a_link_is_of_two_accounts"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("first", "second"),
                        name="one_standing_link_of_a_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("evidence", ""), ("proposed_at", None), ("proposed_by", None)),
                            models.Q(
                                ("proposed_at__isnull", False),
                                ("proposed_by__isnull", False),
                                models.Q(("evidence", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_names_its_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("degree", "confirmed"),
                                ("proposed_at__isnull", False),
                                ("confirmed_at__gte", models.F("proposed_at")),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            ),
                            models.Q(
                                models.Q(("degree", "confirmed"), _negated=True),
                                ("confirmed_at", None),
                                ("confirmed_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="confirmed_by_somebody_else_on_named_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_because", ""), ("withdrawn_by", None)),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_withdrawn_link_says_who_and_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(ACROSS_SERVICES, NOT_ACROSS_SERVICES),
    ]
