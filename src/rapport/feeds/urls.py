"""Addresses of the pages of feeds."""

from django.urls import path

from rapport.feeds import views

urlpatterns = [
    path("at/<slug:programme>/feeds/", views.feeds, name="feeds"),
    path("at/<slug:programme>/feeds/<slug:feed>/", views.feed, name="feed"),
    path("at/<slug:programme>/feeds/<slug:feed>/contract/", views.contract, name="feed-contract"),
    path("at/<slug:programme>/feeds/<slug:feed>/decide/", views.decide, name="feed-decide"),
    path("at/<slug:programme>/deliveries/<uuid:delivery>/accept/", views.accept, name="feed-accept"),
]
