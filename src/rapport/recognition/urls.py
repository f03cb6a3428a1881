"""Addresses of Rally Notes."""

from django.urls import path, register_converter

from rapport.recognition import news_views, tip_views, views
from rapport.recognition.days import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("at/<slug:programme>/rally/", views.latest, name="rally"),
    path("at/<slug:programme>/rally/draft/", views.draft, name="rally-draft"),
    path("at/<slug:programme>/rally/<day:day>/", views.letter, name="rally-day"),
    path("at/<slug:programme>/rally/<day:day>/read/", views.read, name="rally-read"),
    path("at/<slug:programme>/rally/<day:day>/edit/", views.edit, name="rally-edit"),
    path("at/<slug:programme>/rally/<day:day>/tip/", views.choose_tip, name="rally-choose-tip"),
    path("at/<slug:programme>/rally/<day:day>/hearing/", views.say_hearing, name="rally-hearing"),
    path("at/<slug:programme>/rally/<day:day>/mail/", views.mail, name="rally-mail"),
    path("at/<slug:programme>/rally/tips/", tip_views.listed, name="rally-tips"),
    path("at/<slug:programme>/rally/tips/write/", tip_views.write, name="rally-tip-write"),
    path("at/<slug:programme>/rally/tips/<uuid:tip>/retire/", tip_views.retire, name="rally-tip-retire"),
    path("at/<slug:programme>/rally/news/", news_views.listed, name="rally-news"),
    path("at/<slug:programme>/rally/news/publish/", news_views.publish, name="rally-news-publish"),
    path("at/<slug:programme>/rally/news/<uuid:news>/sign/", news_views.sign, name="rally-news-sign"),
    path("at/<slug:programme>/rally/news/<uuid:news>/withdraw/", news_views.withdraw, name="rally-news-withdraw"),
]
