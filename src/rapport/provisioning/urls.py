"""Addresses of SCIM."""

from django.urls import path

from rapport.provisioning import views
from rapport.provisioning.kinds import KINDS

BASE = "scim/v2/<slug:programme>/"
ABOUT = ("ServiceProviderConfig", "Schemas", "ResourceTypes")

urlpatterns = [
    *(
        pattern
        for kind in KINDS
        for pattern in (
            path(f"{BASE}{kind}", views.collection, {"path": kind}, name=f"scim-{kind}"),
            path(f"{BASE}{kind}/.search", views.search, {"path": kind}, name=f"scim-{kind}-search"),
            path(f"{BASE}{kind}/<str:number>", views.single, {"path": kind}, name=f"scim-{kind}-one"),
        )
    ),
    *(path(f"{BASE}{what}", views.about, {"what": what}, name=f"scim-{what}") for what in ABOUT),
    *(
        path(f"{BASE}{what}/<str:which>", views.about, {"what": what}, name=f"scim-{what}-one")
        for what in ABOUT[1:]
    ),
    path(f"{BASE}.search", views.search_everything, name="scim-search"),
    path(BASE, views.nothing, name="scim"),
    path(f"{BASE}<path:rest>", views.nothing, name="scim-nothing"),
]
