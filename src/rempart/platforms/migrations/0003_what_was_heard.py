"""How much was taken in from each listener, beside how far it came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the docstring of `Cursor`."""

    dependencies = [("platforms", "0002_descriptions")]

    operations = [
        migrations.AddField("cursor", name, models.PositiveBigIntegerField(default=0))
        for name in ("posts", "deleted", "reports", "refused")
    ]
