"""The life of a case as states that only its moves change, who keeps out of it, and how it was answered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES_OF_BEFORE = """
UPDATE casework_case SET state = CASE
    WHEN EXISTS (SELECT FROM casework_decision d WHERE d.case_id = casework_case.id AND d.state = 'taken')
        THEN 'inquiry'
    WHEN EXISTS (SELECT FROM casework_assessmentrecord a WHERE a.case_id = casework_case.id) THEN 'assessed'
    ELSE 'opened'
END
WHERE state = 'open';
"""

# The same list as casework.states.MOVES; a test compares them.
MOVES = """
CREATE FUNCTION casework_refuse_impossible_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'opened' THEN
            RAISE EXCEPTION 'a case begins opened, not %', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'a_case_begins_opened';
        END IF;
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('opened', 'assessed'),
        ('assessed', 'inquiry'), ('assessed', 'decided'), ('assessed', 'appealed'), ('assessed', 'closed'),
        ('inquiry', 'assessed'), ('inquiry', 'decided'), ('inquiry', 'appealed'), ('inquiry', 'closed'),
        ('decided', 'assessed'), ('decided', 'inquiry'), ('decided', 'appealed'), ('decided', 'closed'),
        ('appealed', 'assessed'), ('appealed', 'inquiry'), ('appealed', 'decided'),
        ('closed', 'assessed'), ('closed', 'inquiry'), ('closed', 'decided'), ('closed', 'appealed')
    ) THEN
        RAISE EXCEPTION 'the life of a case has no move from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_moves_of_the_diagram';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_impossible_move BEFORE INSERT OR UPDATE OF state ON casework_case
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_impossible_move();
"""

# Whose name may not be written on an act. Arguments: where the case is, then the columns that hold names.
EXCLUDED = """
CREATE FUNCTION casework_refuse_excluded() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_case FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('id', 'danger_by_id', 'closed_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_decision FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded(
        'case_id', 'approved_by_id', 'seconded_by_id', 'declined_by_id', 'confirmed_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_measuretaken FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('decision_id', 'lifted_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_outcome FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'decided_by_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_rulebook_lifecycle"),
        ("intake", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConflictOfInterest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("declared_at", models.DateTimeField()),
                ("because", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="a_conflict_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("final_measure", "final measure"),
                            ("lifted", "lifted, the account restored"),
                            ("no_action", "no action"),
                            ("warned", "warned"),
                            ("referred", "referred to the authorities"),
                        ],
                        max_length=13,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("because", models.TextField()),
                ("words", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["decided_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["final_measure", "lifted", "no_action", "warned", "referred"])
                        ),
                        name="outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="an_outcome_says_why"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="case",
            name="case_state_is_known",
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=models.CharField(
                choices=[
                    ("opened", "opened"),
                    ("assessed", "assessed"),
                    ("inquiry", "inquiry under way"),
                    ("decided", "decided"),
                    ("appealed", "appealed"),
                    ("closed", "closed"),
                ],
                default="opened",
                max_length=8,
            ),
        ),
        migrations.RunSQL(STATES_OF_BEFORE),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["opened", "assessed", "inquiry", "decided", "appealed", "closed"])),
                name="case_state_is_known",
            ),
        ),
        migrations.AddField(
            model_name="conflictofinterest",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="conflictofinterest",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="casework.decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflictofinterest",
            constraint=models.UniqueConstraint(fields=("case", "member"), name="declared_once"),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["final_measure", "lifted"]), _negated=True),
                    ("decision__isnull", False),
                    _connector="OR",
                ),
                name="what_was_measured_or_lifted_is_named",
            ),
        ),
        migrations.RunSQL(MOVES),
        migrations.RunSQL(EXCLUDED),
    ]
