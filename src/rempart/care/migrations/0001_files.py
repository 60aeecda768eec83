"""Files of people looked after, and the people around them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.ledger.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("correspondence", "0003_people_looked_after"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CareFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("tiktok", "tiktok"),
                            ("snapchat", "snapchat"),
                            ("instagram", "instagram"),
                            ("facebook", "facebook"),
                            ("twitter", "twitter"),
                            ("youtube", "youtube"),
                            ("twitch", "twitch"),
                            ("discord", "discord"),
                            ("telegram", "telegram"),
                            ("whatsapp", "whatsapp"),
                            ("bereal", "bereal"),
                            ("bluesky", "bluesky"),
                            ("mastodon", "mastodon"),
                            ("matrix", "matrix"),
                            ("reddit", "reddit"),
                            ("vsco", "vsco"),
                            ("kik", "kik"),
                            ("yubo", "yubo"),
                            ("roblox", "roblox"),
                            ("web", "web"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("under_13", "under 13"),
                            ("13_15", "13 to 15"),
                            ("16_17", "16 or 17"),
                            ("18_plus", "18 or over"),
                        ],
                        max_length=8,
                        null=True,
                    ),
                ),
                ("country", models.CharField(max_length=64, null=True)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("opened_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("because", models.TextField(blank=True)),
                ("alert", models.CharField(blank=True, max_length=120)),
                ("noticed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("priority", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("paused", "paused"),
                            ("ended", "ended"),
                            ("frozen", "silent"),
                        ],
                        default="offered",
                        max_length=8,
                    ),
                ),
                ("state_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                (
                    "stood",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("paused", "paused"),
                            ("ended", "ended"),
                            ("frozen", "silent"),
                        ],
                        max_length=8,
                    ),
                ),
                ("paused_until", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(blank=True)),
                (
                    "safe_to_tell_guardian",
                    models.CharField(
                        choices=[("unknown", "not said yet"), ("yes", "yes"), ("no", "no: telling them is not safe")],
                        default="unknown",
                        max_length=7,
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
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
                "ordering": ["priority", "-noticed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "asks for a call"), ("not_well", "says « I am not well »")], max_length=8
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[("young", "themself"), ("guardian", "a guardian")], default="young", max_length=8
                    ),
                ),
                ("asked_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("due_at", models.DateTimeField()),
                ("sealed_phone", models.BinaryField(null=True)),
                ("rings", models.PositiveSmallIntegerField(default=0)),
                ("rings_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("talked", "Talked with them"),
                            ("guardian_told", "Talked with a guardian"),
                            ("emergency", "Called the emergency services"),
                            ("handed_over", "Put them through to a helpline or a professional"),
                            ("not_reached", "Nobody could be reached: wrote to them"),
                            ("taken_back", "They took it back"),
                        ],
                        max_length=13,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="care.carefile"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CareStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("starts", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("skipped_at", models.DateTimeField(null=True)),
                ("skipped_because", models.TextField(blank=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="care.carefile"
                    ),
                ),
                (
                    "skipped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["due", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Guardian",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("sealed_reach", models.BinaryField()),
                ("by_mail", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("told_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "added_by",
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
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guardians", to="care.carefile"
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
            ],
            options={
                "ordering": ["added_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("company", models.CharField(blank=True, max_length=120)),
                ("sealed_reach", models.BinaryField()),
                (
                    "scope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("schedule", "appointments and working hours"),
                                ("contracts", "contracts and income"),
                                ("press", "questions of the press"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                ("given_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("ends_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("young", "the person looked after"),
                            ("guardian", "a guardian"),
                            ("team", "the team"),
                        ],
                        max_length=8,
                    ),
                ),
                ("revoked_because", models.TextField(blank=True)),
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
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mandates", to="care.carefile"
                    ),
                ),
            ],
            options={
                "ordering": ["-given_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Mentor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("words", models.JSONField()),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), size=None),
                ),
                ("sealed_reach", models.BinaryField()),
                ("added_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_until", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introductions", to="care.carefile"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="introductions", to="care.mentor"
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Postvention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("tiktok", "tiktok"),
                            ("snapchat", "snapchat"),
                            ("instagram", "instagram"),
                            ("facebook", "facebook"),
                            ("twitter", "twitter"),
                            ("youtube", "youtube"),
                            ("twitch", "twitch"),
                            ("discord", "discord"),
                            ("telegram", "telegram"),
                            ("whatsapp", "whatsapp"),
                            ("bereal", "bereal"),
                            ("bluesky", "bluesky"),
                            ("mastodon", "mastodon"),
                            ("matrix", "matrix"),
                            ("reddit", "reddit"),
                            ("vsco", "vsco"),
                            ("kik", "kik"),
                            ("yubo", "yubo"),
                            ("roblox", "roblox"),
                            ("web", "web"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("family", "their family"),
                            ("platform", "the platform"),
                            ("authority", "an authority"),
                            ("friend", "somebody close to them"),
                        ],
                        max_length=9,
                    ),
                ),
                ("declared_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("mistaken_at", models.DateTimeField(null=True)),
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
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="postventions",
                        to="care.carefile",
                    ),
                ),
                (
                    "mistaken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-declared_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Peer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offered_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="care.carefile"
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "postvention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="peers", to="care.postvention"
                    ),
                ),
            ],
            options={
                "ordering": ["offered_at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="carefile",
            index=models.Index(
                condition=models.Q(("state__in", ["offered", "accepted", "paused"])),
                fields=["priority", "-noticed_at", "id"],
                name="care_files_to_look_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.UniqueConstraint(fields=("service", "handle"), name="one_care_file_a_handle"),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("platform_id", None), _negated=True),
                fields=("service", "platform_id"),
                name="one_care_file_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["offered", "accepted", "declined", "paused", "ended", "frozen"])),
                name="care_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alert", ""), _negated=True),
                    models.Q(("opened_by__isnull", False), models.Q(("because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_care_file_is_noticed_or_a_person_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["paused", "frozen"]), ("stood__in", ["offered", "accepted", "declined", "ended"])
                    ),
                    models.Q(models.Q(("state__in", ["paused", "frozen"]), _negated=True), ("stood", "")),
                    _connector="OR",
                ),
                name="what_is_interrupted_stood_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefile",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_until", None), ("state", "paused"), _connector="OR"),
                name="only_a_pause_ends_by_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(condition=models.Q(("settled_at", None)), fields=["rings_at"], name="wishes_that_ring"),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)),
                fields=("file", "kind", "voice"),
                name="one_open_wish_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["call", "not_well"]), ("voice__in", ["young", "guardian"])),
                name="what_is_asked_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("asked_at"))), name="a_wish_has_its_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("rings_at__isnull", False), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("rings_at", None), ("settled_at__isnull", False), models.Q(("outcome", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_wish_rings_until_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taken_by", None)),
                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                    _connector="OR",
                ),
                name="whoever_sees_to_it_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_at", None), ("settled_by__isnull", False), ("outcome", "taken_back"), _connector="OR"
                ),
                name="a_wish_is_settled_by_somebody_or_taken_back",
            ),
        ),
        migrations.AddIndex(
            model_name="carestep",
            index=models.Index(
                condition=models.Q(("done_at", None), ("skipped_at", None)), fields=["due"], name="care_steps_to_do"
            ),
        ),
        migrations.AddConstraint(
            model_name="carestep",
            constraint=models.UniqueConstraint(fields=("file", "kind"), name="one_care_step_of_a_kind"),
        ),
        migrations.AddConstraint(
            model_name="carestep",
            constraint=models.CheckConstraint(
                condition=models.Q(("due__gt", models.F("starts"))), name="a_care_step_has_its_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="carestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("skipped_at", None),
                        ("skipped_because", ""),
                        ("skipped_by", None),
                        models.Q(("done_at__isnull", False), ("done_by", None), _connector="OR"),
                    ),
                    models.Q(
                        ("done_at", None),
                        ("done_by", None),
                        ("skipped_at__isnull", False),
                        models.Q(("skipped_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_care_step_is_done_or_skipped_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardian",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_guardian_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__in", ["young", "guardian"]), models.Q(("name", ""), _negated=True)),
                name="a_mandate_is_given_by_them",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("given_at"))), name="a_mandate_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__contained_by", ["schedule", "contracts", "press"]), ("scope__len__gt", 0)),
                name="a_mandate_is_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at", None), ("checked_by", None)),
                    models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_mandate_is_checked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", "")),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__in", ["young", "guardian", "team"])),
                    _connector="OR",
                ),
                name="a_mandate_is_revoked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="mentor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_mentor_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="mentor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at", None), ("checked_by", None), ("checked_until", None)),
                    models.Q(
                        ("checked_at__isnull", False),
                        ("checked_by__isnull", False),
                        ("checked_until__gt", models.F("checked_at")),
                        models.Q(("checked_by", models.F("added_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_second_person_checks_a_mentor",
            ),
        ),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("declined_at", None), ("ended_at", None)),
                fields=("file",),
                name="one_introduction_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("declined_at", None), _connector="OR"),
                name="accepted_or_declined",
            ),
        ),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("accepted_at__isnull", False), _connector="OR"),
                name="only_what_began_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="postvention",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mistaken_at", None)),
                fields=("service", "handle"),
                name="one_postvention_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="postvention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(("confirmed_by", models.F("declared_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_second_person_confirms_a_death",
            ),
        ),
        migrations.AddConstraint(
            model_name="postvention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mistaken_at", None), ("mistaken_by", None)),
                    models.Q(("mistaken_at__isnull", False), ("mistaken_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_mistake_is_said_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="peer",
            constraint=models.UniqueConstraint(fields=("postvention", "file"), name="a_peer_is_offered_help_once"),
        ),
    ]
