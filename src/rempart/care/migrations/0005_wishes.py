"""When a call suits, what a guardian sees, and an erasure that waits for the platform."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0004_protections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="asked",
            name="what_is_asked_is_known",
        ),
        migrations.AddField(
            model_name="asked",
            name="language",
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name="asked",
            name="suits",
            field=models.CharField(
                choices=[
                    ("any", "at any time"),
                    ("morning", "in the morning"),
                    ("noon", "around noon"),
                    ("evening", "in the evening"),
                    ("weekend", "at the weekend"),
                ],
                default="any",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="carefile",
            name="erasing_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="guardian",
            name="sees",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["call", "not_well"]),
                    ("language__in", ["", "fr", "en"]),
                    ("suits__in", ["any", "morning", "noon", "evening", "weekend"]),
                    ("voice__in", ["young", "guardian"]),
                ),
                name="what_is_asked_is_known",
            ),
        ),
    ]
