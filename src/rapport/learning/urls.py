"""Addresses of learning."""

from django.urls import path

from rapport.learning import experience_views, lead_views, views

LEARNING = "at/<slug:programme>/learning/"
TAKEN = f"{LEARNING}taken/<uuid:enrolment>/"
LESSON = f"{TAKEN}<slug:lesson>/"
urlpatterns = [
    path(LEARNING, views.mine, name="learning"),
    path(f"{LEARNING}take/<slug:course>/", views.take, name="learning-take"),
    path(f"{LEARNING}media/<uuid:media>/", views.show_media, name="learning-media"),
    path(f"{LEARNING}who/", lead_views.who, name="learning-who"),
    path(f"{LEARNING}who/assign/", lead_views.assign, name="learning-assign"),
    path(f"{LEARNING}who/<uuid:assignment>/end/", lead_views.end, name="learning-end"),
    path(f"{LEARNING}who/<uuid:enrolment>/attempt/", lead_views.grant, name="learning-grant"),
    path(f"{LEARNING}products/", experience_views.page, name="experiences"),
    path(f"{LEARNING}products/tell/", experience_views.tell, name="experience-tell"),
    path(f"{LEARNING}products/<uuid:experience>/gone/", experience_views.take_back, name="experience-gone"),
    path(TAKEN, views.course, name="learning-course"),
    path(f"{TAKEN}begin/", views.begin, name="learning-begin"),
    path(f"{LESSON}page/", views.lesson, name="learning-lesson"),
    path(f"{LESSON}read/", views.read, name="learning-read"),
    path(f"{LESSON}attempt/", views.attempt, name="learning-attempt"),
    path(f"{LESSON}<int:number>/hand-in/", views.hand_in, name="learning-hand-in"),
    path(f"{LESSON}<uuid:recording>/<uuid:listening>/", views.sound, name="learning-sound"),
]
