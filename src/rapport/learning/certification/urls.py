"""Addresses of certification."""

from django.urls import path

from rapport.learning.certification import views

CERTIFICATES = "at/<slug:programme>/certificates/"
urlpatterns = [
    path(CERTIFICATES, views.mine, name="certificates-mine"),
    path(f"{CERTIFICATES}people/", views.people, name="certificates"),
    path(f"{CERTIFICATES}grant/", views.grant, name="certificate-grant"),
    path(f"{CERTIFICATES}revoke/", views.revoke, name="certificate-revoke"),
    path(f"{CERTIFICATES}on-the-job/", views.on_the_job, name="certificate-on-the-job"),
]
