"""Requests of authorities, what they are answered, whom they concern, and what was promised."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The same list as accountability.states.NEXT; a test compares them.
MOVES = """
CREATE FUNCTION accountability_refuse_impossible_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'received' OR TG_OP = 'UPDATE' AND (OLD.state = NEW.state
            OR (OLD.state, NEW.state) IN (
        ('received', 'authenticated'), ('received', 'unauthentic'), ('received', 'withdrawn'),
        ('authenticated', 'acknowledged'), ('authenticated', 'withdrawn'),
        ('acknowledged', 'answered'), ('acknowledged', 'preserved'), ('acknowledged', 'refused'),
        ('acknowledged', 'withdrawn'),
        ('preserved', 'ended')
    )) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a request does not become %', NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'requests_move_as_listed';
END $$;
CREATE TRIGGER refuse_impossible_move BEFORE INSERT OR UPDATE OF state ON accountability_request
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_impossible_move();
"""
# What no check on a row alone can see: the kind of the request, and until when its authority wants silence.
WHO_TELLS = """
CREATE FUNCTION accountability_refuse_telling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.told_at IS NOT NULL AND EXISTS (
        SELECT FROM accountability_request r WHERE r.id = NEW.request_id
            AND (r.kind NOT IN ('order_to_act', 'order_to_inform') OR r.silent_until > NEW.told_at)
    ) THEN
        RAISE EXCEPTION 'it is not for us to tell this person, or not yet'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'told_by_whom_the_law_says_and_not_before';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_telling BEFORE INSERT OR UPDATE OF told_at ON accountability_concerned
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_telling();
"""
ANSWERS_STAY = """
CREATE FUNCTION accountability_answer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'drafted' AND (
        (NEW.request_id, NEW.version, NEW.language, NEW.words, NEW.figures, NEW.note, NEW.drafted_by_id, NEW.because)
        IS DISTINCT FROM
        (OLD.request_id, OLD.version, OLD.language, OLD.words, OLD.figures, OLD.note, OLD.drafted_by_id, OLD.because)
        OR NEW.state <> 'discarded' AND (NEW.document_id, NEW.package_id) IS DISTINCT FROM
            (OLD.document_id, OLD.package_id)
    ) OR OLD.state IN ('sent', 'discarded') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'an answer stays as it was approved'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_answer_stays_as_it_was_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_stays BEFORE UPDATE ON accountability_answer
    FOR EACH ROW EXECUTE FUNCTION accountability_answer_stays();
CREATE FUNCTION accountability_refuse_enclosure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accountability_answer a JOIN accountability_request r ON r.id = a.request_id
        WHERE a.id = NEW.answer_id AND a.state = 'drafted' AND r.kind IN ('order_to_inform', 'production_order')
    ) THEN
        RAISE EXCEPTION 'data about somebody are enclosed to a drafted answer to an order that asks for them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'enclosed_only_where_an_order_asks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_enclosure BEFORE INSERT OR UPDATE ON accountability_enclosure
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_enclosure();
"""
NO_LONGER = """
DROP TRIGGER refuse_impossible_move ON accountability_request;
DROP FUNCTION accountability_refuse_impossible_move();
DROP TRIGGER refuse_telling ON accountability_concerned;
DROP FUNCTION accountability_refuse_telling();
DROP TRIGGER answer_stays ON accountability_answer;
DROP FUNCTION accountability_answer_stays();
DROP TRIGGER refuse_enclosure ON accountability_enclosure;
DROP FUNCTION accountability_refuse_enclosure();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0015_notices"),
        ("correspondence", "0002_people_concerned"),
        ("files", "0003_who_opens"),
        ("ledger", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "to be read and approved"),
                            ("approved", "approved, to be handed over"),
                            ("sent", "handed over"),
                            ("discarded", "discarded"),
                        ],
                        default="drafted",
                        max_length=9,
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("words", models.TextField(blank=True)),
                ("figures", models.JSONField(null=True)),
                ("note", models.TextField(blank=True)),
                ("drafted_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_because", models.TextField(blank=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_how", models.CharField(blank=True, max_length=200)),
                ("discarded_at", models.DateTimeField(null=True)),
                ("discarded_because", models.TextField(blank=True)),
                ("because", models.TextField(blank=True)),
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
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="accountability.answer",
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
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "package",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["request", "-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at", None),
                                ("approved_by", None),
                                models.Q(("state__in", ["approved", "sent"]), _negated=True),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                models.Q(("approved_because", ""), _negated=True),
                                models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answer_is_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sent_at__isnull", False),
                                ("sent_by__isnull", False),
                                ("state", "sent"),
                                models.Q(("sent_how", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None), ("sent_by", None)),
                            _connector="OR",
                        ),
                        name="an_answer_handed_over_says_by_whom_and_how",
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
                        name="a_discarded_answer_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects", None), models.Q(("because", ""), _negated=True), _connector="OR"
                        ),
                        name="a_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "discarded"), ("document__isnull", False), _connector="OR"),
                        name="an_answer_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Authority",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ministry", "ministry or government service"),
                            ("regulator", "regulator (Digital Services Coordinator, data protection …)"),
                            ("court", "court or judge"),
                            ("law_enforcement", "prosecutor or police"),
                            ("researcher", "researcher"),
                            ("other", "another body"),
                        ],
                        max_length=15,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("country", models.CharField(max_length=2)),
                ("language", models.CharField(max_length=2)),
                ("contact", models.CharField(max_length=300)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "authorities",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "country"), name="one_authority_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("contact", ""), _negated=True),
                            ("country__regex", "^[A-Z]{2}$"),
                            ("language__in", ("fr", "en")),
                        ),
                        name="an_authority_has_a_name_and_a_contact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("because", models.TextField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="accountability.answer",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="an_enclosure_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("order_to_act", "Order to act against illegal content (DSA, Article 9)"),
                            ("order_to_inform", "Order to give information (DSA, Article 10)"),
                            ("question", "Question of a ministry, a regulator or a parliament"),
                            ("research", "Request of a researcher (DSA, Article 40)"),
                            ("production_order", "European Production Order (Regulation (EU) 2023/1543)"),
                            ("preservation_order", "European Preservation Order (Regulation (EU) 2023/1543)"),
                        ],
                        max_length=18,
                    ),
                ),
                ("reference", models.CharField(max_length=120)),
                ("legal_basis", models.TextField(blank=True)),
                ("territory", models.CharField(blank=True, max_length=200)),
                ("scope", models.JSONField()),
                ("language", models.CharField(max_length=8)),
                ("emergency", models.BooleanField(default=False)),
                ("enforcing_notified", models.BooleanField(default=False)),
                ("cleared_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
                ("deadline", models.DateTimeField(null=True)),
                ("authentic_by", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("registered_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("authenticated", "found authentic"),
                            ("acknowledged", "receipt acknowledged"),
                            ("preserved", "data preserved"),
                            ("answered", "answered"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn by the authority"),
                            ("unauthentic", "not authentic"),
                            ("ended", "preservation over"),
                        ],
                        default="received",
                        max_length=13,
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "checked_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("called_back", "asked back at the contact that we know"),
                            ("channel", "came by a channel that only authorities can use"),
                            ("signature", "its electronic signature or seal was verified"),
                            ("in_person", "handed over in person by somebody whose card was seen"),
                        ],
                        max_length=11,
                    ),
                ),
                ("checked_because", models.TextField(blank=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("receipt", models.JSONField(null=True)),
                ("receipt_sent_by", models.CharField(blank=True, max_length=200)),
                ("effect_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_because", models.TextField(blank=True)),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("incomplete", "it lacks what the law asks it to hold (DSA, Arts 9(2) and 10(2))"),
                            ("language", "it is in no language that we declared, and no translation came with it"),
                            ("not_competent", "whoever issued it is not competent for it"),
                            ("not_held", "we do not hold what it asks for, or it is not on our service"),
                            ("third_country", "the law of another country forbids it (2023/1543, Art. 17)"),
                            ("privilege", "an immunity, a privilege or the freedom of the press protects it"),
                            ("impossible", "it cannot be carried out, for reasons that are not ours"),
                            ("other", "another reason, said in words"),
                        ],
                        max_length=14,
                    ),
                ),
                ("silent_until", models.DateTimeField(null=True)),
                ("silent_because", models.TextField(blank=True)),
                ("preserved_until", models.DateTimeField(null=True)),
                ("extended_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="accountability.authority",
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
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "production",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preservations",
                        to="accountability.request",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["received", "authenticated", "acknowledged"])),
                        fields=["due_at"],
                        name="requests_to_answer",
                    ),
                    models.Index(fields=["received_at"], name="requests_by_day"),
                    models.Index(
                        condition=models.Q(("state", "preserved")), fields=["preserved_until"], name="preservations"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "kind", "reference"), name="registered_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "question"), models.Q(("legal_basis", ""), _negated=True), _connector="OR"
                        ),
                        name="an_order_names_its_legal_basis",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["question", "research"]), _negated=True),
                            models.Q(("scope__accounts", []), ("scope__items", [])),
                            _connector="OR",
                        ),
                        name="a_question_or_research_names_nobody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("authentic_by__gt", models.F("received_at")), ("due_at__gt", models.F("received_at"))
                        ),
                        name="what_is_due_is_due_after_receipt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at", None), ("checked_because", ""), ("checked_by", None)),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                models.Q(("checked_because", ""), _negated=True),
                                models.Q(("checked_by", models.F("registered_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="authenticity_is_checked_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["received", "withdrawn", "unauthentic"]),
                            models.Q(("checked_how", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_authentic_request_says_how_it_was_checked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at", None), ("acknowledged_by", None), ("receipt", None)),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                                ("receipt__isnull", False),
                                models.Q(("receipt_sent_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_receipt_says_what_and_which_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at", None), ("state__in", ["received", "authenticated", "acknowledged"])
                            ),
                            models.Q(
                                models.Q(("state__in", ["received", "authenticated", "acknowledged"]), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_settled_request_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "refused"),
                                models.Q(("ground", ""), _negated=True),
                                models.Q(("settled_because", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("ground", "")),
                            _connector="OR",
                        ),
                        name="a_refusal_says_on_which_ground_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("silent_until", None), models.Q(("silent_because", ""), _negated=True), _connector="OR"
                        ),
                        name="silence_has_a_reason_and_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "preservation_order"),
                            models.Q(
                                ("ended_at", None),
                                ("extended_at", None),
                                ("preserved_until", None),
                                ("production", None),
                                models.Q(("state__in", ["preserved", "ended"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_preservation_orders_preserve",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "preserved"), _negated=True),
                            models.Q(("ended_at", None), ("preserved_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_is_preserved_has_an_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.legalhold"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="accountability.request"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Execution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measures", models.JSONField()),
                ("effect_at", models.DateTimeField()),
                ("noted_at", models.DateTimeField()),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="casework.decision",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="executions",
                        to="accountability.request",
                    ),
                ),
            ],
            options={
                "ordering": ["effect_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("request", "decision"), name="carried_out_once_by"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Concerned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=16)),
                ("handle", models.CharField(max_length=200)),
                ("platform_id", models.CharField(blank=True, max_length=200)),
                ("ours", models.BooleanField()),
                ("told_at", models.DateTimeField(null=True)),
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
                    "told_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="concerned",
                        to="accountability.request",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people concerned",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("request", "service", "handle"), name="concerned_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("told_at", None), ("told_by", None)),
                            models.Q(("told_at__isnull", False), ("told_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="who_was_told_was_told_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                ("promised_at", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
                ("kept_because", models.TextField(blank=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.TextField(blank=True)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="accountability.authority",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.ledgerrow"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="commitments",
                        to="accountability.request",
                    ),
                ),
            ],
            options={
                "ordering": ["due", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at", None), ("withdrawn_at", None)),
                        fields=["due"],
                        name="promises_to_keep",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("words", ""), _negated=True), ("due__gt", models.F("promised_at"))
                        ),
                        name="a_promise_says_what_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_at", None), ("kept_by", None), ("proof", None)),
                            models.Q(
                                ("kept_at__isnull", False),
                                ("kept_by__isnull", False),
                                ("proof__isnull", False),
                                models.Q(("kept_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_kept_promise_shows_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(
                                ("kept_at", None),
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_withdrawn_promise_says_why",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="accountability.request"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("request", "version"), name="versions_of_an_answer_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["drafted", "approved"])),
                fields=("request",),
                name="one_answer_under_way",
            ),
        ),
        migrations.RunSQL(MOVES + WHO_TELLS + ANSWERS_STAY, NO_LONGER),
    ]
