"""Addresses of the pages of personal data."""

from django.urls import path

from rapport.privacy import views

urlpatterns = [
    path("at/<slug:programme>/privacy/", views.privacy, name="privacy"),
    path("at/<slug:programme>/privacy/retention/", views.keeping, name="retention"),
    path("at/<slug:programme>/privacy/return/", views.allow_return, name="privacy-return"),
    path("at/<slug:programme>/privacy/packages/<uuid:package_id>/", views.take, name="privacy-take"),
    path("at/<slug:programme>/privacy/<uuid:customer_id>/", views.customer, name="privacy-customer"),
    path("at/<slug:programme>/privacy/<uuid:customer_id>/<slug:step>/", views.act, name="privacy-act"),
]
