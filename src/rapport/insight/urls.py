"""Addresses of reports."""

from django.urls import path

from rapport.insight import claims_views, keeping_views, selling_views, views

urlpatterns = [
    path("at/<slug:programme>/reports/selling/", selling_views.selling, name="selling"),
    path("at/<slug:programme>/reports/selling/statement.csv", selling_views.selling_export, name="selling-export"),
    path("at/<slug:programme>/reports/", views.show, name="reports"),
    path("at/<slug:programme>/reports/export.csv", views.export, name="reports-export"),
    path("at/<slug:programme>/reports/metrics/", views.definitions, name="metrics"),
    path("at/<slug:programme>/reports/metrics/<slug:key>/", views.definition, name="metric"),
    path("at/<slug:programme>/reports/claims/", claims_views.index, name="claims"),
    path("at/<slug:programme>/reports/claims/<uuid:claim_id>/", claims_views.one, name="claim"),
    path("at/<slug:programme>/reports/keeping/", keeping_views.show, name="keeping"),
    path("at/<slug:programme>/reports/statements/", keeping_views.statements, name="statements"),
    path("at/<slug:programme>/reports/statements/events.parquet", keeping_views.events, name="statement-events"),
    path("at/<slug:programme>/reports/statements/statement.sql", keeping_views.sql, name="statement-sql"),
    path("at/<slug:programme>/reports/statements/<slug:month>/", keeping_views.one, name="statement"),
    path("at/<slug:programme>/reports/statements/<slug:month>.csv", keeping_views.as_csv, name="statement-csv"),
    path("at/<slug:programme>/reports/statements/<slug:month>.pdf", keeping_views.as_pdf, name="statement-pdf"),
]
