"""Addresses of reports."""

from django.urls import path

from rapport.insight import views

urlpatterns = [
    path("at/<slug:programme>/reports/", views.show, name="reports"),
    path("at/<slug:programme>/reports/export.csv", views.export, name="reports-export"),
    path("at/<slug:programme>/reports/metrics/", views.definitions, name="metrics"),
    path("at/<slug:programme>/reports/metrics/<slug:key>/", views.definition, name="metric"),
]
