"""Final decisions by four eyes, announced lifts, approximations by platforms, and the act that can still be undone."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

# As before, and reached from an order too.
EXCLUDED = """
CREATE OR REPLACE FUNCTION casework_refuse_excluded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written jsonb := to_jsonb(NEW);
    before jsonb := '{}';
    about bigint;
    acting text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := to_jsonb(OLD);
    END IF;
    IF TG_ARGV[0] = 'decision_id' THEN
        SELECT case_id INTO about FROM casework_decision WHERE id = (written->>'decision_id')::bigint;
    ELSIF TG_ARGV[0] = 'measure_id' THEN
        SELECT d.case_id INTO about FROM casework_decision d JOIN casework_measuretaken m ON m.decision_id = d.id
        WHERE m.id = (written->>'measure_id')::bigint;
    ELSE
        about := (written->>TG_ARGV[0])::bigint;
    END IF;
    FOR place IN 1..TG_NARGS - 1 LOOP
        acting := written->>TG_ARGV[place];
        IF acting IS NOT NULL AND acting IS DISTINCT FROM before->>TG_ARGV[place] AND EXISTS (
            SELECT FROM casework_conflictofinterest WHERE case_id = about AND member_id = acting::bigint
        ) THEN
            RAISE EXCEPTION 'member % declared a conflict of interest on case %', acting, about
                USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_acts_whom_a_conflict_excludes';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
DROP TRIGGER refuse_excluded ON casework_decision;
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_decision FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded(
        'case_id', 'proposed_by_id', 'approved_by_id', 'seconded_by_id', 'declined_by_id', 'confirmed_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_platformorder FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded(
        'measure_id', 'approximation_proposed_by_id', 'approximation_approved_by_id');
"""

# What no check on a row alone can see: the age of the account, the decision that is renewed, the measure decided.
FOUR_EYES = """
CREATE FUNCTION casework_refuse_two_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'taken' AND (TG_OP = 'INSERT' OR OLD.state <> 'taken') AND NEW.seconded_by_id IS NULL
            AND NOT EXISTS (
        SELECT FROM casework_case c JOIN intake_account a ON a.id = c.account_id
        WHERE c.id = NEW.case_id AND a.age_band = '18_plus'
    ) THEN
        RAISE EXCEPTION 'two people decide on a minor or an account of unknown age'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'two_people_decide_on_minors';
    END IF;
    IF NEW.renews_id IS NOT NULL AND NEW.approved_by_id IS NOT NULL AND EXISTS (
        SELECT FROM casework_decision renewed
        WHERE renewed.id = NEW.renews_id AND NEW.approved_by_id IN (renewed.approved_by_id, renewed.seconded_by_id)
    ) THEN
        RAISE EXCEPTION 'a renewal is approved by another person'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'another_person_renews';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_two_eyes BEFORE INSERT OR UPDATE ON casework_decision
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_two_eyes();

CREATE FUNCTION casework_refuse_heavier() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    weights text[] := ARRAY['watch', 'no_recommendation', 'no_contact_with_minors', 'no_new_contacts', 'no_live',
                            'no_monetisation', 'read_only', 'suspend'];
    decided text;
BEGIN
    IF NEW.carried_out_at IS NOT NULL AND NEW.approximated_as <> '' AND NEW.approximation_approved_by_id IS NULL THEN
        SELECT measure INTO decided FROM casework_measuretaken WHERE id = NEW.measure_id;
        IF array_position(weights, NEW.approximated_as::text) > array_position(weights, decided) THEN
            RAISE EXCEPTION 'two people approve what is heavier than what was decided'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'two_people_approve_heavier';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_heavier BEFORE INSERT OR UPDATE ON casework_platformorder
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_heavier();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_complainants_and_misuse"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LastAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("changes", models.JSONField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="one_preventive_decision_at_a_time",
        ),
        migrations.AddField(
            model_name="decision",
            name="four_eyes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="proposed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="measuretaken",
            name="lift_announced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="measuretaken",
            name="lift_recorded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="platformorder",
            name="approximated_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("watch", "watched, nothing restricted"),
                    ("no_recommendation", "no longer recommended to others"),
                    ("no_contact_with_minors", "no contact with minors"),
                    ("no_new_contacts", "cannot write first to anyone"),
                    ("no_live", "cannot go live"),
                    ("no_monetisation", "pay-outs held"),
                    ("read_only", "can read, not post"),
                    ("suspend", "account suspended"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="platformorder",
            name="approximated_because",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="platformorder",
            name="approximation_approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="platformorder",
            name="approximation_approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="platformorder",
            name="approximation_proposed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "waits for approval"),
                    ("taken", "taken"),
                    ("declined", "declined"),
                    ("replaced", "replaced before it was approved"),
                    ("undone", "undone within the minute"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("mode", "preventive"), ("state", "taken")),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[
                    (models.Func("case", "case", models.Value("[]"), function="int8range"), "&&"),
                    (
                        models.Func(
                            models.F("begins_at"),
                            django.db.models.functions.comparison.Greatest(
                                models.F("begins_at"),
                                django.db.models.functions.comparison.Least(models.F("ends_at"), models.F("ended_at")),
                            ),
                            models.Value("[)"),
                            function="tstzrange",
                        ),
                        "&&",
                    ),
                ],
                name="one_preventive_decision_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("four_eyes", []), ("approval", "two_reviewers"), _connector="OR"),
                name="four_eyes_means_two_approvals",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mode", "final"), ("state", "taken"), _negated=True),
                    models.Q(("approved_by", None), _negated=True),
                    _connector="OR",
                ),
                name="people_take_final_decisions",
            ),
        ),
        migrations.AddConstraint(
            model_name="measuretaken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), _negated=True),
                    models.Q(("lift_announced_at", None), ("lift_recorded_at", None)),
                    _connector="OR",
                ),
                name="what_is_announced_or_recorded_is_lifted",
            ),
        ),
        migrations.AddConstraint(
            model_name="platformorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "approximated_as__in",
                        [
                            "",
                            "watch",
                            "no_recommendation",
                            "no_contact_with_minors",
                            "no_new_contacts",
                            "no_live",
                            "no_monetisation",
                            "read_only",
                            "suspend",
                        ],
                    )
                ),
                name="approximation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="platformorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approximated_as", ""), ("approximation_proposed_by", None)),
                    models.Q(
                        ("approximation_proposed_by__isnull", False),
                        models.Q(("approximated_because", ""), _negated=True),
                        models.Q(("approximated_as", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_approximation_says_who_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="platformorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approximation_approved_at", None), ("approximation_approved_by", None)),
                    models.Q(
                        ("approximation_approved_at__isnull", False),
                        ("approximation_proposed_by__isnull", False),
                        models.Q(("approximation_approved_by", models.F("approximation_proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="another_person_approves_an_approximation",
            ),
        ),
        migrations.AddField(
            model_name="lastact",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="last_act", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="lastact",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunSQL(EXCLUDED),
        migrations.RunSQL(FOUR_EYES),
    ]
