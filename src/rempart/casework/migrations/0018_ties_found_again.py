"""Forgets which testimonies were found to belong together: kinds of ties have changed, and the next look finds them."""

from typing import Any

from django.db import migrations


def forget(apps: Any, _editor: object) -> None:
    apps.get_model("casework", "Independence").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("casework", "0017_trying_rules")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
