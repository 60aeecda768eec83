"""The Django app of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """Decides, with people, what is done about the accounts that intake stores testimonies of."""

    name = "rempart.casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Ask for an assessment whenever what is said changed, in the transaction that changed it."""
        from rempart.casework import tasks
        from rempart.intake.signals import testimonies_changed, wave_grew

        wave_grew.connect(
            lambda wave, **_kwargs: tasks.defer_wave(wave.pk), dispatch_uid="casework.defer_wave", weak=False
        )
        from rempart.casework.services.rulemaking import judge_in_shadow
        from rempart.casework.signals import case_assessed

        case_assessed.connect(
            lambda case, record, **_kwargs: judge_in_shadow(case, record),
            dispatch_uid="casework.judge_in_shadow",
            weak=False,
        )
        from rempart.casework.services import identity, informing, respondents, telling
        from rempart.casework.services.desk import following
        from rempart.correspondence.links import host
        from rempart.staff.menu import add

        following.connect()
        # After whatever else follows from a change: others who change the same wait from here to the end of this one.
        testimonies_changed.connect(
            lambda accounts, **_kwargs: tasks.defer_accounts(accounts),
            dispatch_uid="casework.defer_accounts",
            weak=False,
        )
        identity.connect()
        informing.connect()
        respondents.connect()
        telling.connect()
        from rempart.casework import agenda

        agenda.connect()
        host("respondent", "casework:respondent")
        add("casework:service-contacts", _("Notices: addresses of services"))
