"""Conversations that fall silent, and alarms to the team."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0003_people_looked_after"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Silence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=30)),
                ("account", models.CharField(max_length=255)),
                ("since", models.DateTimeField(default=rempart.ledger.clock.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "account"), name="one_silence_an_account"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="a_webhook_has_an_endpoint",
        ),
        migrations.AddField(
            model_name="conversation",
            name="silent_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="page",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="delivery",
            name="staff",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="released_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False), models.Q(("page", ""), _negated=True)),
                fields=["next_at"],
                name="alarms_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "webhook"), ("endpoint__isnull", False), ("staff", None)),
                    models.Q(
                        ("channel", "mail"),
                        ("endpoint", None),
                        ("message__isnull", False),
                        ("page", ""),
                        ("staff", None),
                    ),
                    models.Q(
                        ("channel", "mail"),
                        ("endpoint", None),
                        ("message", None),
                        ("staff__isnull", False),
                        models.Q(("page", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_webhook_has_an_endpoint",
            ),
        ),
    ]
