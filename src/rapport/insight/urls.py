"""Addresses of reports."""

from django.urls import path

from rapport.insight import selling_views, views

urlpatterns = [
    path("at/<slug:programme>/reports/selling/", selling_views.selling, name="selling"),
    path("at/<slug:programme>/reports/selling/statement.csv", selling_views.selling_export, name="selling-export"),
    path("at/<slug:programme>/reports/", views.show, name="reports"),
    path("at/<slug:programme>/reports/export.csv", views.export, name="reports-export"),
    path("at/<slug:programme>/reports/metrics/", views.definitions, name="metrics"),
    path("at/<slug:programme>/reports/metrics/<slug:key>/", views.definition, name="metric"),
]
