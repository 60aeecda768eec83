"""What authorities are told, and what is kept for them. A hold that stands is never deleted, hence its case neither."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The case's deletion takes its holds with it: refusing theirs refuses both, whoever asks.
STANDING_HOLDS_STAY = """
CREATE FUNCTION casework_standing_hold_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.released_at IS NULL THEN
        RAISE EXCEPTION 'a legal hold stands on case %', OLD.case_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER standing_hold_stays BEFORE DELETE ON casework_legalhold
    FOR EACH ROW EXECUTE FUNCTION casework_standing_hold_stays();
"""
EXCLUDED = """
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_threatdecision FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'decided_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_referral FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'assembled_by_id', 'approved_by_id', 'discarded_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_legalhold FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'placed_by_id', 'released_by_id');
"""
NO_LONGER = """
DROP TRIGGER standing_hold_stays ON casework_legalhold;
DROP FUNCTION casework_standing_hold_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_desk"),
        ("files", "0002_kept_as_they_are"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kept_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held_copies", to="casework.case"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="held_copy", to="files.storedfile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ThreatDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("minor", "what is described is very serious and concerns a minor"),
                            ("life", "somebody's life or safety may be in danger"),
                        ],
                        max_length=5,
                    ),
                ),
                ("facts", models.PositiveIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("opened_because", models.TextField(blank=True)),
                ("alarm_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("alarm_recorded_at", models.DateTimeField(null=True)),
                ("overdue_recorded_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("inform", models.BooleanField(null=True)),
                ("because", models.TextField(blank=True)),
                ("offence_state", models.CharField(blank=True, max_length=2)),
                ("suspect_state", models.CharField(blank=True, max_length=2)),
                ("victim_state", models.CharField(blank=True, max_length=2)),
                ("own_state", models.BooleanField(default=False)),
                ("europol", models.BooleanField(default=False)),
                (
                    "article_434_3",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asks", "It asks us to inform the judicial or administrative authorities."),
                            ("not_concerned", "It was considered and does not concern what is described here."),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="threats", to="casework.case"
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
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("decided_at", None)), fields=["due_at"], name="threats_to_decide"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("case", "ground"),
                        name="one_open_threat_decision_a_ground",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("article_434_3", ""),
                                ("because", ""),
                                ("decided_at", None),
                                ("decided_by", None),
                                ("inform", None),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("inform__isnull", False),
                                models.Q(("because", ""), _negated=True),
                                models.Q(("article_434_3", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_threat_is_decided_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("inform", True), _negated=True),
                            models.Q(
                                ("europol", False),
                                ("offence_state", ""),
                                ("own_state", False),
                                ("suspect_state", ""),
                                ("victim_state", ""),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="whoever_informs_says_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("alarm_at__gt", models.F("opened_at")), ("due_at__gt", models.F("alarm_at"))
                        ),
                        name="threat_alarm_before_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ordinal", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("justice", "police or prosecutor"),
                            ("online_reporting", "public reporting portal (such as PHAROS)"),
                            ("child_protection", "child-protection service"),
                            ("other_state", "another Member State or Europol"),
                        ],
                        max_length=16,
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("addressee", models.CharField(max_length=200)),
                (
                    "states",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, size=None
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("assembled", "to be read and approved"),
                            ("approved", "approved"),
                            ("discarded", "discarded"),
                        ],
                        default="assembled",
                        max_length=9,
                    ),
                ),
                ("dated", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_because", models.TextField(blank=True)),
                ("discarded_at", models.DateTimeField(null=True)),
                ("discarded_because", models.TextField(blank=True)),
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
                    "assembled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referrals", to="casework.case"
                    ),
                ),
                (
                    "discarded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referral",
                        to="files.storedfile",
                    ),
                ),
                (
                    "threat",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="referrals",
                        to="casework.threatdecision",
                    ),
                ),
            ],
            options={
                "ordering": ["-dated", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "ordinal"), name="referrals_of_a_case_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("addressee", ""), _negated=True)
                        ),
                        name="a_referral_says_why_and_to_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("state", "approved"),
                                models.Q(("approved_because", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                ("approved_at", None),
                                ("approved_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="an_approved_referral_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("discarded_at__isnull", False),
                                ("discarded_by__isnull", False),
                                ("state", "discarded"),
                                models.Q(("discarded_because", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "discarded"), _negated=True),
                                ("discarded_at", None),
                                ("discarded_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_discarded_referral_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", None), ("state", "discarded")),
                            models.Q(models.Q(("state", "discarded"), _negated=True), ("file__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_referral_has_its_archive_until_discarded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("placed_at", models.DateTimeField()),
                ("because", models.TextField()),
                ("review_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("released_because", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="casework.case"
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="casework.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["placed_at", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("released_at", None)), fields=["case"], name="standing_holds")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", ""), _negated=True), ("review_at__gt", models.F("placed_at"))
                        ),
                        name="a_hold_is_placed_with_a_reason_and_a_review",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                                models.Q(("released_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_hold_is_released_by_somebody_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STANDING_HOLDS_STAY, NO_LONGER),
        migrations.RunSQL(EXCLUDED),
    ]
