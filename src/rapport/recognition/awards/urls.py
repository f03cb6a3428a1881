"""Addresses of awards."""

from django.urls import path

from rapport.recognition.awards import views

AWARDS = "at/<slug:programme>/recognition/awards/"
ONE = f"{AWARDS}<uuid:award>/"
urlpatterns = [
    path(AWARDS, views.awards, name="awards"),
    path(f"{AWARDS}vote/", views.vote, name="award-vote"),
    path(f"{AWARDS}categories/", views.categories, name="award-categories"),
    path(ONE, views.award, name="award"),
    path(f"{ONE}approve/", views.approve, name="award-approve"),
    path(f"{ONE}confirm/", views.confirm, name="award-confirm"),
    path(f"{ONE}turn-down/", views.turn_down, name="award-turn-down"),
    path(f"{ONE}announce/", views.announce, name="award-announce"),
    path(f"{ONE}settle/", views.settle, name="award-settle"),
]
