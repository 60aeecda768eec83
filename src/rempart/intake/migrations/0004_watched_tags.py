"""The hashtags that are listened for, and what sources said is gone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_report_country"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeletedAtSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("post_id", models.CharField(max_length=512)),
                ("heard_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["heard_at"], name="intake_dele_heard_a_a9b813_idx")],
                "constraints": [models.UniqueConstraint(fields=("service", "post_id"), name="deleted_once")],
            },
        ),
        migrations.CreateModel(
            name="WatchedTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashtag", models.CharField(max_length=200, unique=True)),
                ("default_service", rempart.intake.fields.ServiceField(blank=True)),
                ("since", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["since", "pk"],
            },
        ),
    ]
