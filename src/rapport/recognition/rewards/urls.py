"""Addresses of rewards."""

from django.urls import path

from rapport.recognition.rewards import views

REWARDS = "at/<slug:programme>/recognition/rewards/"
urlpatterns = [
    path(REWARDS, views.rewards, name="rewards"),
    path(f"{REWARDS}wish/", views.wish, name="rewards-wish"),
    path(f"{REWARDS}give/", views.give, name="rewards-give"),
    path(f"{REWARDS}set/", views.set_reward, name="rewards-set"),
    path(f"{REWARDS}budget/", views.set_budget, name="rewards-budget"),
]
