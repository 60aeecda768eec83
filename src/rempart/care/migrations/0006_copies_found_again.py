"""What a comment repeats, by what its copies are found, and a sort of its own for what nothing speaks against."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0005_wishes")]

    operations = [
        migrations.AddField(
            model_name="shieldedcomment",
            name="keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="shieldedcomment",
            name="repeats",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="copies",
                to="care.shieldedcomment",
            ),
        ),
        migrations.AlterField(
            model_name="shieldgroup",
            name="sort",
            field=models.CharField(
                choices=[
                    ("copies", "the same words, again and again"),
                    ("authors", "people who act together"),
                    ("others", "all other comments"),
                    ("gentle", "neither insults nor threats"),
                ],
                max_length=8,
            ),
        ),
    ]
