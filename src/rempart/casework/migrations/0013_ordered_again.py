"""A measure may be ordered again at another moment: an act that was undone had taken it off, or put it in force."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_proposals_by_age")]
    operations = [
        migrations.RemoveConstraint(model_name="platformorder", name="ordered_once"),
        migrations.AddConstraint(
            model_name="platformorder",
            constraint=models.UniqueConstraint(fields=["measure", "action", "due_at"], name="ordered_once"),
        ),
    ]
