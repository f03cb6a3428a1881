"""Addresses of the record."""

from django.urls import path

from rapport.record import views

urlpatterns = [
    path("at/<slug:programme>/record/", views.record, name="record"),
    path("at/<slug:programme>/record/ticket/", views.ticket, name="record-ticket"),
    path("at/<slug:programme>/record/digests/", views.digests, name="digests"),
    path("at/<slug:programme>/record/digests/check/", views.check, name="digests-check"),
    path("at/<slug:programme>/record/digests/<int:number>.json", views.digest, name="digest"),
    path("at/<slug:programme>/alarms/", views.alarms, name="alarms"),
    path("at/<slug:programme>/alarms/part/", views.alarms_part, name="alarms-part"),
    path("at/<slug:programme>/alarms/ticket/", views.alarms_ticket, name="alarms-ticket"),
    path("at/<slug:programme>/alarms/rules/", views.change_rules, name="alarms-rules"),
    path("at/<slug:programme>/alarms/watch/", views.watch, name="alarms-watch"),
    path("at/<slug:programme>/alarms/unwatch/<uuid:customer>/", views.unwatch, name="alarms-unwatch"),
    path("at/<slug:programme>/alarms/<uuid:alarm>/take/", views.take, name="alarm-take"),
    path("at/<slug:programme>/alarms/<uuid:alarm>/close/", views.close, name="alarm-close"),
]
