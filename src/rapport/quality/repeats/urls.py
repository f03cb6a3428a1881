"""Addresses of returns."""

from django.urls import path

from rapport.quality.repeats import views

RETURNS = "at/<slug:programme>/quality/returns/"
urlpatterns = [
    path(RETURNS, views.returns, name="returns"),
    path(f"{RETURNS}<uuid:found>/lay/", views.lay, name="return-lay"),
    path(f"{RETURNS}<uuid:found>/mend/", views.mend, name="return-mend"),
]
