"""Conversations with people asked how old they are, and with those who vouch for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0004_silence_and_alarms"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="conversation",
            name="conversation_kind_is_known",
        ),
        migrations.AlterField(
            model_name="conversation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("respondent", "The person concerned"),
                    ("complainant", "The person who reported"),
                    ("concerned", "The person whom an authority’s order concerns"),
                    ("young", "The person looked after"),
                    ("guardian", "Their guardian"),
                    ("agent", "Whoever works for them"),
                    ("age", "The person asked how old they are"),
                    ("voucher", "Who vouches for somebody’s age"),
                    ("age_reporter", "The person who reported somebody too young"),
                    ("age_guardian", "Who is asked to consent as a guardian"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "respondent",
                            "complainant",
                            "concerned",
                            "young",
                            "guardian",
                            "agent",
                            "age",
                            "voucher",
                            "age_reporter",
                            "age_guardian",
                        ],
                    )
                ),
                name="conversation_kind_is_known",
            ),
        ),
    ]
