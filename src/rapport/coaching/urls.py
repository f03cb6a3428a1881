"""Addresses of coaching."""

from django.urls import path

from rapport.coaching import duty_views, meeting_views, standing_views, views

COACHING = "at/<slug:programme>/coaching/"
SHARED = f"{COACHING}shared/<uuid:shared>/"
ONE = f"{COACHING}one-to-ones/<uuid:one_to_one>/"
urlpatterns = [
    path(COACHING, views.coaching, name="coaching"),
    path(f"{COACHING}rhythm/", views.set_rhythm, name="coaching-rhythm"),
    path(f"{COACHING}rhythm/end/", views.end_rhythm, name="coaching-rhythm-end"),
    path(f"{COACHING}plan/", views.plan, name="coaching-plan"),
    path(f"{COACHING}gap/", views.gap, name="coaching-gap"),
    path(f"{COACHING}standing/", standing_views.where_one_stands, name="coaching-standing"),
    path(f"{COACHING}standing/share/", standing_views.share, name="coaching-share"),
    path(f"{COACHING}standing/take-back/", standing_views.take_back, name="coaching-take-back"),
    path(f"{COACHING}standing/contacts/", standing_views.share_contact, name="coaching-share-contact"),
    path(f"{SHARED}take-back/", standing_views.take_contact_back, name="coaching-take-contact-back"),
    path(SHARED, standing_views.shared, name="coaching-shared"),
    path(f"{SHARED}<uuid:recording>/<uuid:listening>/", standing_views.shared_audio, name="coaching-shared-audio"),
    path(f"{COACHING}duty/begin/", duty_views.begin, name="coaching-duty-begin"),
    path(f"{COACHING}duty/end/", duty_views.end, name="coaching-duty-end"),
    path(f"{COACHING}hard/", views.what_is_hard, name="coaching-hard"),
    path(f"{COACHING}effects/", views.what_it_changed, name="coaching-effects"),
    path(f"{COACHING}actions/<uuid:action>/settle/", views.settle, name="coaching-settle"),
    path(ONE, meeting_views.one_to_one, name="one-to-one"),
    path(f"{ONE}move/", meeting_views.move, name="one-to-one-move"),
    path(f"{ONE}call-off/", meeting_views.call_off, name="one-to-one-call-off"),
    path(f"{ONE}missed/", meeting_views.missed, name="one-to-one-missed"),
    path(f"{ONE}start/", meeting_views.start, name="one-to-one-start"),
    path(f"{ONE}pick/", meeting_views.pick, name="one-to-one-pick"),
    path(f"{ONE}agree/", meeting_views.agree, name="one-to-one-agree"),
    path(f"{ONE}play/", meeting_views.play, name="one-to-one-play"),
    path(f"{ONE}end/", meeting_views.end, name="one-to-one-end"),
]
