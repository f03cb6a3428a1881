"""Addresses of Rally Notes by e-mail."""

from django.urls import path

from rapport.recognition.mailing import views

urlpatterns = [
    path("at/<slug:programme>/rally/by-mail/", views.by_mail, name="rally-by-mail"),
    path("at/<slug:programme>/rally/by-mail/want/", views.want, name="rally-mail-want"),
    path("at/<slug:programme>/rally/by-mail/confirm/", views.confirm, name="rally-mail-confirm"),
    path("at/<slug:programme>/rally/by-mail/stop/", views.stop, name="rally-mail-stop"),
    path("at/<slug:programme>/rally/by-mail/partner/", views.add_partners, name="rally-mail-partner"),
    path(
        "at/<slug:programme>/rally/by-mail/partner/<uuid:recipient>/remove/",
        views.remove_partners,
        name="rally-mail-partner-remove",
    ),
    path("rally/no-more/<str:token>/", views.no_more, name="rally-mail-no-more"),
]
