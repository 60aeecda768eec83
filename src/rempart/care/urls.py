"""Addresses of care."""

from django.urls import URLPattern, path

from rempart.care.views import around, file, guardian, protecting, shield, team, young

app_name = "care"
urlpatterns: list[URLPattern] = [
    # The care team's pages.
    path("care/", team.team, name="team"),
    path("care/open/", team.open_file, name="open"),
    path("care/files/<int:pk>/", file.file, name="file"),
    path("care/files/<int:pk>/sent/<int:number>/", file.attachment, name="attachment"),
    path("care/asked/<int:pk>/", team.asked, name="asked"),
    path("care/mentors/", around.mentors, name="mentors"),
    path("care/mentors/<int:pk>/<name>/", around.mentor, name="mentor"),
    path("care/after-a-death/", around.deaths, name="deaths"),
    path("care/after-a-death/<int:pk>/", around.death, name="death"),
    # Protections and the shield: the team's page, then what the person or their guardian does by their link.
    path("care/files/<int:pk>/protections/", protecting.protecting, name="protecting"),
    path("care/files/<int:pk>/evidence/", protecting.folder, name="evidence"),
    path("y/<str:token>/protections/<str:kind>/", shield.protection, name="young-protection"),
    path("y/<str:token>/shield/", shield.shield, name="young-shield"),
    path("y/<str:token>/evidence/", shield.folder, name="young-evidence"),
    # The page of somebody looked after, and their guardian's, by a signed link.
    path("y/<str:token>/", young.page, name="young"),
    path("y/<str:token>/now/", young.now_page, name="young-now"),
    path("y/<str:token>/call/", young.call, name="young-call"),
    path("y/<str:token>/adult/", young.adult, name="young-adult"),
    path("y/<str:token>/adult/sees/", young.sees, name="young-sees"),
    path("y/<str:token>/answer/", young.answer, name="young-answer"),
    path("y/<str:token>/mentor/<int:pk>/", young.mentor, name="young-mentor"),
    path("y/<str:token>/agent/<int:pk>/", young.agent, name="young-agent"),
    path("y/<str:token>/pause/", young.pause, name="young-pause"),
    path("y/<str:token>/stop/", young.stop, name="young-stop"),
    path("y/<str:token>/erase/", young.erase, name="young-erase"),
    path("y/<str:token>/renew/", young.renew, name="young-renew"),
    path("y/<str:token>/new/", young.new_link, name="new-link"),
    path("g/<str:token>/", guardian.page, name="guardian"),
    path("g/<str:token>/call/", guardian.call, name="guardian-call"),
    path("g/<str:token>/agent/<int:pk>/", guardian.agent, name="guardian-agent"),
]
