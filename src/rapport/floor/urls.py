"""Addresses of the floor."""

from django.urls import path

from rapport.floor import views

urlpatterns = [
    path("at/<slug:programme>/floor/", views.floor, name="floor"),
    path("at/<slug:programme>/floor/now/", views.now, name="floor-now"),
    path("at/<slug:programme>/floor/today/", views.today, name="floor-today"),
    path("at/<slug:programme>/floor/call-backs/<uuid:call_back_id>/off/", views.call_off, name="floor-call-off"),
    path("at/<slug:programme>/floor/ticket/", views.ticket, name="floor-ticket"),
    path("at/<slug:programme>/contacts/", views.contacts, name="contacts"),
    path("at/<slug:programme>/contacts/<uuid:contact_id>/", views.contact, name="contact"),
    path("at/<slug:programme>/contacts/<uuid:contact_id>/part/", views.contact_part, name="contact-part"),
    path("at/<slug:programme>/contacts/<uuid:contact_id>/move/", views.move, name="contact-move"),
    path("at/<slug:programme>/contacts/<uuid:contact_id>/take-back/", views.take_back, name="contact-take-back"),
    path("at/<slug:programme>/contacts/<uuid:contact_id>/ticket/", views.contact_ticket, name="contact-ticket"),
]
