"""The role of the care team."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0004_sessions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staffmember",
            name="staff_roles_are_known",
        ),
        migrations.AlterField(
            model_name="staffmember",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("reader", "Reader"),
                        ("reviewer", "Reviewer"),
                        ("senior_reviewer", "Senior reviewer"),
                        ("policy_owner", "Policy owner"),
                        ("authority_liaison", "Authority liaison"),
                        ("auditor", "Auditor"),
                        ("child_safety", "Child safety officer"),
                        ("care", "Care team"),
                        ("administrator", "Administrator"),
                    ],
                    max_length=30,
                ),
                size=None,
                verbose_name="Roles",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "reader",
                            "reviewer",
                            "senior_reviewer",
                            "policy_owner",
                            "authority_liaison",
                            "auditor",
                            "child_safety",
                            "care",
                            "administrator",
                        ],
                    ),
                    ("roles__len__gt", 0),
                ),
                name="staff_roles_are_known",
            ),
        ),
    ]
