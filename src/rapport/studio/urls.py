"""Addresses of people, roles, rules and tokens."""

from django.urls import path

from rapport.studio import views

PEOPLE = "at/<slug:programme>/people/"

urlpatterns = [
    path(PEOPLE, views.people, name="people"),
    path(f"{PEOPLE}roles/", views.roles, name="roles"),
    path(f"{PEOPLE}roles/adjust/", views.adjust_role, name="role-adjust"),
    path(f"{PEOPLE}rules/", views.rules, name="rules"),
    path(f"{PEOPLE}rules/change/", views.change_rules, name="rules-change"),
    path(f"{PEOPLE}<uuid:person>/", views.person, name="person"),
    path(f"{PEOPLE}<uuid:person>/place/", views.change_place, name="person-place"),
    path(f"{PEOPLE}<uuid:person>/clearance/", views.change_clearance, name="person-clearance"),
    path(f"{PEOPLE}<uuid:person>/right/", views.adjust_person, name="person-right"),
    path(f"{PEOPLE}<uuid:person>/sessions/", views.end_sessions, name="person-sessions"),
    path("at/<slug:programme>/tokens/", views.tokens, name="tokens"),
    path("at/<slug:programme>/tokens/make/", views.make_token, name="token-make"),
    path("at/<slug:programme>/tokens/<uuid:token>/end/", views.end_token, name="token-end"),
]
