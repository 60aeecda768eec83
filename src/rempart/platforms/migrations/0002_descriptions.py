"""What a platform last said of each account that it was asked about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("platforms", "0001_platforms")]
    operations = [
        migrations.CreateModel(
            name="AccountDescription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("said", models.JSONField(default=dict)),
                ("staff", models.BooleanField(default=False)),
                ("problem", models.TextField(blank=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="description", to="intake.account"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="platforms.platform"
                    ),
                ),
            ],
        ),
    ]
