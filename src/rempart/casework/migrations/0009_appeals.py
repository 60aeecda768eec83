"""Appeals judged by somebody else, until when one can appeal, and second looks after a reply."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who took part in what an appeal is about: everybody named on the decision, on those it renews and on its renewals, and
# whoever lifted it or answered the case's question before the appeal was filed. Code asks the same function.
FIRST_DECIDERS = """
CREATE FUNCTION casework_renewals(of_decision bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE run AS (
        SELECT id, renews_id FROM casework_decision WHERE id = of_decision
        UNION
        SELECT d.id, d.renews_id FROM casework_decision d JOIN run ON d.id = run.renews_id OR d.renews_id = run.id
    )
    SELECT id FROM run
$$;

CREATE FUNCTION casework_first_deciders(
    of_decision bigint, of_outcome bigint, of_restriction bigint, before timestamptz
) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH run AS (
        SELECT casework_renewals(
            coalesce(of_decision, (SELECT decision_id FROM casework_outcome WHERE id = of_outcome))
        ) AS id
    ), restricted AS (
        SELECT id, after_id FROM casework_reportingrestriction WHERE id = of_restriction
        UNION
        SELECT id, after_id FROM casework_reportingrestriction
        WHERE id = (SELECT after_id FROM casework_reportingrestriction WHERE id = of_restriction)
    )
    SELECT unnest(ARRAY[d.proposed_by_id, d.approved_by_id, d.seconded_by_id, d.declined_by_id, d.confirmed_by_id])
        FROM casework_decision d JOIN run USING (id)
    UNION SELECT answered_by_id FROM casework_reconsideration WHERE decision_id IN (SELECT id FROM run)
    UNION SELECT lifted_by_id FROM casework_measuretaken
        WHERE decision_id IN (SELECT id FROM run) AND coalesce(lift_announced_at, lifted_at) <= before
    UNION SELECT decided_by_id FROM casework_outcome
        WHERE id = of_outcome OR (decision_id IN (SELECT id FROM run) AND decided_at <= before)
    UNION SELECT unnest(ARRAY[r.decided_by_id, r.lifted_by_id])
        FROM casework_reportingrestriction r JOIN restricted USING (id)
    UNION SELECT unnest(ARRAY[u.found_by_id, u.agreed_by_id])
        FROM casework_unfoundedreport u
        JOIN casework_reportingrestriction_rests_on o ON o.unfoundedreport_id = u.id
        JOIN restricted ON restricted.id = o.reportingrestriction_id
$$;
"""

# Nobody judges their own decision, nor decides afterwards on what they judged. Locking what is appealed makes the two
# wait for each other. What an appeal is about never changes, nor does an answer once given.
ANOTHER_JUDGE = """
CREATE FUNCTION casework_refuse_own_judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.case_id, NEW."by", NEW.conversation_id, NEW.filed_at,
            NEW.decision_id, NEW.outcome_id, NEW.restriction_id)
            IS DISTINCT FROM
            (OLD.case_id, OLD."by", OLD.conversation_id, OLD.filed_at,
            OLD.decision_id, OLD.outcome_id, OLD.restriction_id)
        THEN
            RAISE EXCEPTION 'what appeal % is about never changes', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'an_appeal_stays_about_the_same';
        END IF;
        IF OLD.state <> 'filed'
            AND (NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.decided_because, NEW.withdrawn_at)
            IS DISTINCT FROM (OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.decided_because, OLD.withdrawn_at)
        THEN
            RAISE EXCEPTION 'appeal % was answered or withdrawn already', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'an_appeal_is_answered_once';
        END IF;
    END IF;
    IF NEW.decided_by_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM FROM casework_decision WHERE id = coalesce(
        NEW.decision_id, (SELECT decision_id FROM casework_outcome WHERE id = NEW.outcome_id)
    ) FOR UPDATE;
    IF (TG_OP = 'INSERT' OR OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id) AND NEW.decided_by_id IN (
        SELECT casework_first_deciders(NEW.decision_id, NEW.outcome_id, NEW.restriction_id, NEW.filed_at)
    ) THEN
        RAISE EXCEPTION 'member % took part in what appeal % is about', NEW.decided_by_id, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_judges_their_own_decision';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_own_judge BEFORE INSERT OR UPDATE ON casework_appeal
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_own_judge();

CREATE FUNCTION casework_judged(who bigint, of_decision bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM casework_appeal a LEFT JOIN casework_outcome o ON o.id = a.outcome_id
        WHERE a.decided_by_id = who
            AND coalesce(a.decision_id, o.decision_id) IN (SELECT casework_renewals(of_decision))
    )
$$;

CREATE FUNCTION casework_refuse_judge_deciding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written jsonb := to_jsonb(NEW);
    before jsonb := '{}';
    acting text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := to_jsonb(OLD);
    END IF;
    FOR place IN 1..TG_NARGS - 1 LOOP
        acting := written->>TG_ARGV[place];
        IF acting IS NOT NULL AND acting IS DISTINCT FROM before->>TG_ARGV[place]
            AND casework_judged(acting::bigint, (written->>TG_ARGV[0])::bigint)
        THEN
            RAISE EXCEPTION 'member % judged an appeal of this decision', acting
                USING ERRCODE = 'check_violation', CONSTRAINT = 'whoever_judged_does_not_decide';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_judge_deciding AFTER INSERT OR UPDATE ON casework_decision FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_judge_deciding(
        'id', 'proposed_by_id', 'approved_by_id', 'seconded_by_id', 'declined_by_id', 'confirmed_by_id');
CREATE TRIGGER refuse_judge_deciding AFTER INSERT OR UPDATE ON casework_reconsideration FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_judge_deciding('decision_id', 'answered_by_id');

CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_appeal FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'decided_by_id');
CREATE TRIGGER refuse_excluded BEFORE INSERT OR UPDATE ON casework_reconsideration FOR EACH ROW
    EXECUTE FUNCTION casework_refuse_excluded('case_id', 'answered_by_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_respondents"),
        ("correspondence", "0001_initial"),
        ("staff", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("respondent", "the person concerned"),
                            ("complainant", "a person who reported"),
                            ("reporter", "a person whose right to report was suspended"),
                        ],
                        max_length=11,
                    ),
                ),
                ("filed_at", models.DateTimeField()),
                ("grounds", models.TextField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "waits for an answer"),
                            ("upheld", "upheld"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn by its author"),
                        ],
                        default="filed",
                        max_length=9,
                    ),
                ),
                ("state_before", models.CharField(blank=True, max_length=8)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_because", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="casework.case",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="correspondence.conversation"
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
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="casework.decision",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="casework.outcome",
                    ),
                ),
                (
                    "reopened",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reopened_by",
                        to="casework.decision",
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="casework.reportingrestriction",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "filed")), fields=["due_at"], name="appeals_waiting"),
                    models.Index(fields=["filed_at"], name="appeals_filed"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("by", "respondent"),
                                ("case__isnull", False),
                                ("decision__isnull", False),
                                ("outcome", None),
                                ("restriction", None),
                            ),
                            models.Q(
                                ("by", "complainant"),
                                ("case__isnull", False),
                                ("restriction", None),
                                models.Q(
                                    models.Q(("decision__isnull", False), ("outcome", None)),
                                    models.Q(("decision", None), ("outcome__isnull", False)),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                ("by", "reporter"),
                                ("case", None),
                                ("decision", None),
                                ("outcome", None),
                                ("restriction__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_appeal_is_about_what_its_author_may_appeal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grounds", ""), _negated=True), name="an_appeal_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["filed", "upheld", "rejected", "withdrawn"])),
                        name="appeal_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case", None), ("state_before", "")),
                            models.Q(
                                ("case__isnull", False),
                                ("state_before__in", ["opened", "assessed", "inquiry", "decided", "closed"]),
                            ),
                            _connector="OR",
                        ),
                        name="an_appeal_returns_a_case_to_where_it_stood",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["upheld", "rejected"]),
                                models.Q(("decided_because", {}), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["upheld", "rejected"]), _negated=True),
                                ("decided_at", None),
                                ("decided_because", {}),
                                ("decided_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="an_appeal_is_answered_by_a_person_with_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                            models.Q(models.Q(("state", "withdrawn"), _negated=True), ("withdrawn_at", None)),
                            _connector="OR",
                        ),
                        name="a_withdrawn_appeal_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reopened", None), models.Q(("by", "complainant"), ("state", "upheld")), _connector="OR"
                        ),
                        name="only_an_upheld_complaint_reopens",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "filed")),
                        fields=("conversation", "decision"),
                        name="one_open_appeal_of_a_decision",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "filed")),
                        fields=("conversation", "outcome"),
                        name="one_open_appeal_of_an_outcome",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "filed")),
                        fields=("conversation", "restriction"),
                        name="one_open_appeal_of_a_restriction",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("respondent", "the person concerned"),
                            ("complainant", "a person who reported"),
                            ("reporter", "a person whose right to report was suspended"),
                        ],
                        max_length=11,
                    ),
                ),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField(db_index=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal_windows",
                        to="casework.case",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal_windows",
                        to="casework.decision",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal_windows",
                        to="casework.outcome",
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal_windows",
                        to="casework.reportingrestriction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("by__in", ["respondent", "complainant"]),
                                ("decision__isnull", False),
                                ("outcome", None),
                                ("restriction", None),
                            ),
                            models.Q(
                                ("by", "complainant"),
                                ("decision", None),
                                ("outcome__isnull", False),
                                ("restriction", None),
                            ),
                            models.Q(
                                ("by", "reporter"),
                                ("case", None),
                                ("decision", None),
                                ("outcome", None),
                                ("restriction__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_window_is_about_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="a_window_closes_after_it_opens",
                    ),
                    models.UniqueConstraint(fields=("decision", "by"), name="one_window_on_a_decision"),
                    models.UniqueConstraint(fields=("outcome", "by"), name="one_window_on_an_outcome"),
                    models.UniqueConstraint(fields=("restriction", "by"), name="one_window_on_a_restriction"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconsideration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits for a reviewer"),
                            ("kept", "kept"),
                            ("lifted", "lifted"),
                            ("over", "ended before it was looked at"),
                        ],
                        default="waits",
                        max_length=6,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_because", models.TextField(blank=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="reconsiderations", to="casework.case"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reconsiderations",
                        to="casework.decision",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "indexes": [models.Index(fields=["due_at"], name="reconsiderations_by_date")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("state__in", ["kept", "lifted"]),
                                models.Q(("answered_because", ""), _negated=True),
                            ),
                            models.Q(("answered_at__isnull", False), ("answered_by", None), ("state", "over")),
                            models.Q(("answered_at", None), ("answered_by", None), ("state", "waits")),
                            _connector="OR",
                        ),
                        name="a_reconsideration_is_answered_by_a_person_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waits")), fields=("case",), name="one_reconsideration_at_a_time"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIRST_DECIDERS),
        migrations.RunSQL(ANOTHER_JUDGE),
    ]
