"""Addresses of the customers' pages."""

from django.urls import path

from rapport.portal import alone_views, cancel_views, views

urlpatterns = [
    path("p/<slug:programme>/", views.start, name="portal"),
    path("p/<slug:programme>/contact/", views.talk, name="portal-talk"),
    path("p/<slug:programme>/contact/part/", views.part, name="portal-part"),
    path("p/<slug:programme>/contact/say/", views.say, name="portal-say"),
    path("p/<slug:programme>/contact/typing/", views.typing, name="portal-typing"),
    path("p/<slug:programme>/contact/call-back/", views.call_back, name="portal-call-back"),
    path("p/<slug:programme>/contact/leave/", views.leave, name="portal-leave"),
    path("p/<slug:programme>/contact/survey/", views.survey, name="portal-survey"),
    path("p/<slug:programme>/contact/ticket/", views.ticket, name="portal-ticket"),
    path("p/<slug:programme>/alone/", alone_views.alone, name="portal-alone"),
    path("p/<slug:programme>/alone/begin/", alone_views.begin, name="portal-alone-begin"),
    path("p/<slug:programme>/alone/back/", alone_views.back, name="portal-alone-back"),
    path("p/<slug:programme>/alone/person/", alone_views.person, name="portal-alone-person"),
    path("p/<slug:programme>/cancel/", cancel_views.cancel, name="portal-cancel"),
    path("p/<slug:programme>/cancel/now/", cancel_views.now, name="portal-cancel-now"),
    path("p/<slug:programme>/cancel/asked/<uuid:request_id>/", cancel_views.asked, name="portal-cancel-asked"),
    path("p/<slug:programme>/cancel/done/<uuid:certificate_id>/", cancel_views.done, name="portal-certificate"),
    path(
        "p/<slug:programme>/cancel/done/<uuid:certificate_id>/certificate.pdf",
        cancel_views.paper,
        name="portal-certificate-pdf",
    ),
    path("p/<slug:programme>/again/", views.again, name="portal-again"),
]
