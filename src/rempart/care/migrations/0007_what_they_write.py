"""What they write waits for an answer as a call does, and « not now » to telling a guardian is kept."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0006_copies_found_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="asked",
            name="what_is_asked_is_known",
        ),
        migrations.AlterField(
            model_name="asked",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call", "asks for a call"),
                    ("not_well", "says « I am not well »"),
                    ("message", "wrote to the team"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="asked",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("talked", "Talked with them"),
                    ("answered", "Answered in writing"),
                    ("guardian_told", "Talked with a guardian"),
                    ("emergency", "Called the emergency services"),
                    ("handed_over", "Put them through to a helpline or a professional"),
                    ("not_reached", "Nobody could be reached: wrote to them"),
                    ("taken_back", "They took it back"),
                ],
                max_length=13,
            ),
        ),
        migrations.AlterField(
            model_name="asked",
            name="voice",
            field=models.CharField(
                choices=[("young", "themself"), ("guardian", "a guardian"), ("agent", "whoever works for them")],
                default="young",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="carefile",
            name="safe_to_tell_guardian",
            field=models.CharField(
                choices=[
                    ("unknown", "not said yet"),
                    ("later", "not now"),
                    ("yes", "yes"),
                    ("no", "no: telling them is not safe"),
                ],
                default="unknown",
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["call", "not_well", "message"]),
                    ("language__in", ["", "fr", "en"]),
                    ("suits__in", ["any", "morning", "noon", "evening", "weekend"]),
                    ("voice__in", ["young", "guardian", "agent"]),
                ),
                name="what_is_asked_is_known",
            ),
        ),
    ]
