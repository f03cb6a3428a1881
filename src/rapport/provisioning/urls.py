"""Addresses of SCIM, and of the ways to partners' sign-in services."""

from django.urls import path

from rapport.provisioning import pages, sso, views
from rapport.provisioning.kinds import KINDS

BASE = "scim/v2/<slug:programme>/"
ABOUT = ("ServiceProviderConfig", "Schemas", "ResourceTypes")

SSO = "sign-in/with/"

urlpatterns = [
    path("at/<slug:programme>/directory/", pages.directory, name="directory"),
    path(SSO, sso.company, name="sso"),
    path(f"{SSO}<slug:key>/", sso.begin, name="sso-begin"),
    path(f"{SSO}<slug:key>/back/", sso.back, name="sso-back"),
    path(f"{SSO}<slug:key>/assertion/", sso.assertion, name="sso-assertion"),
    path(f"{SSO}<slug:key>/finish/", sso.finish, name="sso-finish"),
    path(f"{SSO}<slug:key>/metadata/", sso.metadata, name="sso-metadata"),
    path(f"{SSO}<slug:key>/signed-out/", sso.signed_out, name="sso-signed-out"),
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
