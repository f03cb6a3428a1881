"""Addresses of how work is."""

from django.urls import path

from rapport.recognition.staff import looks_views, views

urlpatterns = [
    path("at/<slug:programme>/how-work-is/", views.how_work_is, name="staff"),
    path("at/<slug:programme>/how-work-is/answer/", views.answer, name="staff-answer"),
    path("at/<slug:programme>/how-work-is/fewest/", views.set_fewest, name="staff-fewest"),
    path("at/<slug:programme>/how-work-is/mine/", looks_views.mine, name="staff-mine"),
    path("at/<slug:programme>/how-work-is/mine/share/", looks_views.share, name="staff-share"),
    path("at/<slug:programme>/how-work-is/mine/take-back/", looks_views.take_back, name="staff-take-back"),
    path("at/<slug:programme>/how-work-is/shared/", looks_views.shared, name="staff-shared"),
    path("at/<slug:programme>/how-work-is/staying/", looks_views.staying, name="staff-staying"),
]
