"""The first tables of the room."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("post_id", models.CharField(max_length=512)),
                ("source", models.CharField(max_length=32)),
                ("author", models.CharField(max_length=255)),
                ("author_created_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("text", models.TextField()),
                ("lang", models.CharField(max_length=35, null=True)),
                ("stance", models.CharField(max_length=16)),
                ("stance_probability", models.FloatField()),
                ("read", models.JSONField()),
                ("stored_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="intake_post_created_eeb13c_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "post_id"), name="one_post_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at", None),
                            models.Q(
                                ("author", ""), ("author_created_at", None), ("lang", None), ("read", {}), ("text", "")
                            ),
                            _connector="OR",
                        ),
                        name="an_erased_post_says_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("holds_handle", models.BooleanField(default=True)),
                ("first_seen_at", models.DateTimeField()),
                ("reach", models.BigIntegerField(null=True)),
                ("monetised", models.BooleanField(null=True)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("holds_handle", True)),
                        fields=("service", "handle"),
                        name="one_holder_a_handle",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("platform_id", None), _negated=True),
                        fields=("service", "platform_id"),
                        name="one_account_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reach", None), ("reach__gte", 0), _connector="OR"), name="reach_is_a_count"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashtag", models.CharField(max_length=200)),
                ("invented", models.BooleanField(default=False)),
                ("shift", models.DurationField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-opened_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("hashtag", "invented"), name="one_wave_a_hashtag"),
                    models.CheckConstraint(
                        condition=models.Q(("shift", None), ("invented", True), _connector="OR"),
                        name="only_an_invented_wave_is_moved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("imported_at", models.DateTimeField()),
                ("good_lines", models.PositiveIntegerField()),
                ("bad_lines", models.PositiveIntegerField()),
                ("new_posts", models.PositiveIntegerField()),
                ("new_testimonies", models.PositiveIntegerField()),
                ("counted_only", models.PositiveIntegerField()),
                ("not_kept", models.PositiveIntegerField()),
                ("other_subjects", models.PositiveIntegerField()),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imports", to="intake.wave"
                    ),
                ),
            ],
            options={
                "ordering": ["-imported_at"],
            },
        ),
        migrations.CreateModel(
            name="WavePost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="intake.post")),
                ("wave", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="intake.wave")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("wave", "post"), name="once_in_a_wave"),
                ],
            },
        ),
        migrations.AddField(
            model_name="post",
            name="waves",
            field=models.ManyToManyField(related_name="posts", through="intake.WavePost", to="intake.wave"),
        ),
        migrations.CreateModel(
            name="Testimony",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.CharField(max_length=1024, unique=True)),
                ("received_at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("public_post", "public_post"),
                            ("form", "form"),
                            ("sealed", "sealed"),
                            ("user_report", "user_report"),
                            ("trusted_flagger", "trusted_flagger"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "stance",
                    models.CharField(
                        choices=[
                            ("testimony", "says it happened to them"),
                            ("relay", "reports what happened to somebody else"),
                            ("dispute", "disputes it"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "conduct",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None),
                ),
                (
                    "conduct_services",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                (
                    "met_on",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                ("complainant_minor", models.BooleanField(null=True)),
                ("text", models.TextField(null=True)),
                ("reporter", models.CharField(max_length=128)),
                ("reporter_facts", models.JSONField()),
                ("origin", models.JSONField(null=True)),
                ("evidence", models.JSONField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="testimonies", to="intake.account"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="testimonies",
                        to="intake.post",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "testimonies",
                "ordering": ["received_at", "uid"],
                "indexes": [models.Index(fields=["account", "received_at"], name="intake_test_account_e287f0_idx")],
            },
        ),
        migrations.CreateModel(
            name="HourlyCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=32)),
                ("hour", models.DateTimeField()),
                ("posts", models.PositiveIntegerField()),
                ("testimonies", models.PositiveIntegerField()),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hourly_counts", to="intake.wave"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("wave", "source", "hour"), name="one_count_an_hour"),
                    models.CheckConstraint(
                        condition=models.Q(("testimonies__lte", models.F("posts"))), name="testimonies_are_posts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedPost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=16)),
                ("counted_at", models.DateTimeField()),
                ("wave", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="intake.wave")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("wave", "digest"), name="counted_once")],
            },
        ),
    ]
