"""Addresses of sign-in and of a person's own account. Names with ``_`` are those django-allauth asks for."""

from django.urls import path

from rapport.signin import others, own, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/passkey/", views.passkey, name="sign-in-passkey"),
    path("sign-in/second/", views.second, name="mfa_authenticate"),
    path("sign-in/reason/", views.reason, name="sign-in-reason"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("at/<slug:programme>/sessions/", others.sessions, name="sessions"),
    path("at/<slug:programme>/sessions/<uuid:sign_in>/end/", others.end, name="session-end"),
    path("account/", own.account, name="account"),
    path("account/2fa/", own.account, name="second-factors"),
    path("account/confirm/", own.confirm, name="account_reauthenticate"),
    path("account/password/", own.password, name="account-password"),
    path("account/2fa/app/", own.app, name="account-app"),
    path("account/2fa/passkey/", own.key, name="account-key"),
    path("account/2fa/codes/", own.codes, name="account-codes"),
    path("account/2fa/<int:factor>/remove/", own.remove, name="account-remove"),
    path("account/sessions/", own.account, name="account-sessions"),
    path("account/sessions/others/end/", own.end_others, name="account-end-others"),
    path("account/sessions/<uuid:sign_in>/end/", own.end, name="account-end"),
]
