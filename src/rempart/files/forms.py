"""What is filled in about a locked file."""

from django import forms
from django.utils.translation import gettext_lazy as _


class OpenForm(forms.Form):
    """Why a locked file is opened."""

    because = forms.CharField(label=_("Why you open it"), max_length=500, help_text=_("Kept with the file’s custody."))


class ReportForm(forms.Form):
    """To whom a locked file was reported."""

    authority = forms.CharField(label=_("Authority"), max_length=200, help_text=_("Such as Pharos or NCMEC."))
    number = forms.CharField(label=_("Number of the report"), max_length=100, required=False)


class DestroyForm(forms.Form):
    """Why a locked file is destroyed."""

    reason = forms.CharField(label=_("Your reason"), max_length=500)
