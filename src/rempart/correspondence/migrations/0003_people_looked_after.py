"""Conversations with people looked after, their guardians and whoever works for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0002_people_concerned"),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["respondent", "complainant", "concerned", "young", "guardian", "agent"])
                ),
                name="conversation_kind_is_known",
            ),
        ),
    ]
