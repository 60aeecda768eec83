"""A member holds one or several roles in the place of a rank; everybody keeps what they could do."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

KNOWN = [
    "reader",
    "reviewer",
    "senior_reviewer",
    "policy_owner",
    "authority_liaison",
    "auditor",
    "child_safety",
    "administrator",
]
# A rank held all that those below it held; a role holds what its job needs.
SQL = """
UPDATE staff_staffmember SET roles = CASE role
    WHEN 'policy_owner' THEN ARRAY['senior_reviewer', 'policy_owner']
    ELSE ARRAY[role]
END::varchar(30)[]
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("staffmember", "staff_role_is_known"),
        migrations.AddField(
            "staffmember",
            "roles",
            ArrayField(
                models.CharField(
                    choices=[
                        ("reader", "Reader"),
                        ("reviewer", "Reviewer"),
                        ("senior_reviewer", "Senior reviewer"),
                        ("policy_owner", "Policy owner"),
                        ("authority_liaison", "Authority liaison"),
                        ("auditor", "Auditor"),
                        ("child_safety", "Child safety officer"),
                        ("administrator", "Administrator"),
                    ],
                    max_length=30,
                ),
                default=list,
                size=None,
                verbose_name="Roles",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RemoveField("staffmember", "role"),
        migrations.AddConstraint(
            "staffmember",
            models.CheckConstraint(
                name="staff_roles_are_known",
                condition=models.Q(("roles__contained_by", KNOWN), ("roles__len__gt", 0)),
            ),
        ),
    ]
