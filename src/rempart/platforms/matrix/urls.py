"""Where a homeserver asks and tells us things: below /platforms/NAME/."""

from django.urls import path

from rempart.platforms.matrix import views

app_name = "matrix"
urlpatterns = [
    path("platforms/<slug:name>/antispam/<slug:callback>", views.antispam, name="antispam"),
    path("platforms/<slug:name>/_matrix/app/v1/transactions/<str:number>", views.transaction, name="transaction"),
]
