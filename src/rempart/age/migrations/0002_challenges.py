"""Challenges: what owners of accounts are asked, what people decide, appeals, and orders to platforms."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock

NOBODY_JUDGES_THEMSELVES = """
CREATE FUNCTION age_refuse_own_judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decided_by_id IS NOT NULL AND EXISTS (
        SELECT FROM age_agedecision d
        WHERE d.challenge_id = NEW.challenge_id AND NEW.decided_by_id IN (d.decided_by_id, d.second_by_id)
    ) THEN
        RAISE EXCEPTION 'member % decided about this challenge before', NEW.decided_by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'who_decided_judges_no_appeal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_own_judge BEFORE INSERT OR UPDATE OF decided_by_id ON age_challengeappeal
    FOR EACH ROW EXECUTE FUNCTION age_refuse_own_judge();
"""
AWAY = """
DROP TRIGGER refuse_own_judge ON age_challengeappeal;
DROP FUNCTION age_refuse_own_judge();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0001_assurances"),
        ("correspondence", "0005_conversations_about_age"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("over", models.PositiveSmallIntegerField()),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("report", "people reported it"),
                            ("sweep", "what it shows in public"),
                            ("person", "a member of the team noticed it"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("ask", "say your age again"),
                            ("prove", "show it"),
                            ("restrict", "people look at it"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "asked"),
                            ("deciding", "waits for a decision"),
                            ("restricted", "closed for now"),
                            ("proved", "shown"),
                            ("cleared", "lifted by a person"),
                            ("lapsed", "over by itself"),
                            ("erased", "to be erased"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("state_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("probability", models.FloatField(null=True)),
                ("reports", models.PositiveIntegerField(default=0)),
                ("evidence", models.BinaryField(null=True)),
                ("opened_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("note", models.TextField(blank=True)),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("keeps_until", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField()),
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
                    models.Index(
                        condition=models.Q(("state__in", ["open", "deciding", "restricted"])),
                        fields=["due_at"],
                        name="challenges_to_look_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["open", "deciding", "restricted"])),
                        fields=("service", "handle"),
                        name="one_open_challenge_a_handle",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("platform_id__isnull", False), ("state__in", ["open", "deciding", "restricted"])
                        ),
                        fields=("service", "platform_id"),
                        name="one_open_challenge_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("over__in", [13, 15, 16, 18])), name="a_challenge_is_of_a_threshold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["ask", "prove", "restrict"])),
                        name="a_challenges_step_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "deciding", "restricted", "proved", "cleared", "lapsed", "erased"])
                        ),
                        name="a_challenges_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_at__gt", models.F("opened_at")), ("ends_at__gte", models.F("opened_at"))
                        ),
                        name="a_challenge_gives_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability", None),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="a_probability_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", "person"), _negated=True),
                            models.Q(("opened_by__isnull", False), models.Q(("note", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_person_who_opens_a_challenge_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "restricted"), _negated=True),
                            ("keeps_until__isnull", False),
                            _connector="OR",
                        ),
                        name="what_is_restricted_is_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("private", "make the account private"),
                            ("restrict", "close the account, and keep everything in it"),
                            ("erase", "erase the account"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ordered_at", models.DateTimeField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="age.challenge"
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("kind", "erase")),
                            models.Q(("ends_at__isnull", False), ("kind__in", ["private", "restrict"])),
                            _connector="OR",
                        ),
                        name="what_age_orders_ends_unless_it_erases",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("begins_at")), _connector="OR"),
                        name="an_age_order_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "erase")), fields=("challenge",), name="erased_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("clear", "lift everything"),
                            ("prove", "ask to show it"),
                            ("restrict", "close the account for now"),
                            ("erase", "have the account erased"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField()),
                ("words", models.JSONField(default=dict)),
                ("decided_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("second_reason", models.TextField(blank=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("in_force_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="age.challenge"
                    ),
                ),
            ],
            options={
                "ordering": ["decided_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="an_age_decision_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_by", None),
                            models.Q(("second_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="the_second_person_is_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_at", None),
                            ("kind__in", ["clear", "prove"]),
                            ("second_by__isnull", False),
                            _connector="OR",
                        ),
                        name="closing_and_erasing_take_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("in_force_at", None), ("refused_at", None), _connector="OR"),
                        name="what_is_refused_is_not_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_at", None), ("refused_at", None)),
                        fields=("challenge",),
                        name="one_age_decision_waits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChallengeAppeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("due_at", models.DateTimeField()),
                ("sealed", models.BinaryField(null=True)),
                ("stood", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("overturned", "lifted"), ("upheld", "stays"), ("settled", "no longer needed")],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("restored_at", models.DateTimeField(null=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appeals", to="age.challenge"
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
            ],
            options={
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)), fields=("challenge",), name="one_age_appeal_waits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(("decided_at__isnull", False), ("decided_by", None), ("outcome", "settled")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("outcome__in", ["overturned", "upheld"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_age_appeal_says_how_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("restored_at", None), ("outcome", "overturned"), _connector="OR"),
                        name="only_what_is_overturned_is_restored",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "capacity",
                    models.CharField(
                        choices=[("school", "a school"), ("association", "an association"), ("doctor", "a doctor")],
                        max_length=11,
                    ),
                ),
                ("sealed_name", models.BinaryField(null=True)),
                ("sealed_email", models.BinaryField(null=True)),
                ("named_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_how", models.TextField(blank=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("holds", models.BooleanField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="vouchers", to="age.challengeappeal"
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
                (
                    "conversation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="correspondence.conversation",
                    ),
                ),
            ],
            options={
                "ordering": ["named_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("appeal", "capacity"), name="one_voucher_of_a_capacity"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None),
                                ("checked_at", None),
                                ("checked_by", None),
                                ("conversation", None),
                            ),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                models.Q(("checked_how", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_voucher_is_checked_before_they_are_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holds", None), ("answered_at__isnull", False), _connector="OR"),
                        name="what_a_voucher_holds_was_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(NOBODY_JUDGES_THEMSELVES, AWAY),
    ]
