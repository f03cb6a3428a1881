"""Addresses of the desk."""

from django.urls import URLPattern, URLResolver, include, path

from rapport.desk import book, guide, library, prompting, views

contact: list[URLPattern | URLResolver] = [
    path("messages/", views.say, name="desk-say"),
    path("typing/", views.typing, name="desk-typing"),
    path("end/", views.end, name="desk-end"),
    path("call-back/", views.call_back, name="desk-call-back"),
    path("not-reached/", views.not_reached, name="desk-not-reached"),
    path("note/", views.note, name="desk-note"),
    path("hand-on/", views.hand_on, name="desk-hand-on"),
    path("hand-on/stop/", views.stop_asking, name="desk-stop-asking"),
    path("steps/<slug:step>/", guide.tick, name="desk-tick"),
    path("steps/<slug:step>/left-out/", guide.skip, name="desk-skip"),
    path("steps/<slug:step>/result/", guide.report, name="desk-report"),
    path("steps/<slug:step>/do/", guide.transact, name="desk-transact"),
    path("guide/", guide.go, name="desk-go"),
    path("guide/find/", guide.find, name="desk-find"),
    path("guide/back/", guide.back, name="desk-back"),
    path("guide/mood/", guide.notice, name="desk-mood"),
    path("guide/answers/<slug:field>/", guide.answer, name="desk-answer"),
    path("prompts/", prompting.panel, name="desk-prompts"),
    path("prompts/<uuid:prompt>/use/", prompting.use, name="desk-prompt-use"),
    path("prompts/<uuid:prompt>/dismiss/", prompting.dismiss, name="desk-prompt-dismiss"),
    path("draft/", prompting.draft, name="desk-draft"),
    path("draft/away/", prompting.put_away, name="desk-draft-away"),
    path("look-over/", prompting.look_over, name="desk-look-over"),
    path("file/", views.update_file, name="desk-file"),
    path("values/<uuid:value_id>/", views.reveal, name="desk-reveal"),
    path("promises/", views.promise, name="desk-promise"),
    path("promises/<int:promise_id>/", views.settle, name="desk-settle"),
    path("last/", views.look_back, name="desk-look-back"),
    path("customer/", views.identify, name="desk-identify"),
    path("reason/", views.learn_reason, name="desk-reason"),
    path("wrap-up/", views.wrap_up, name="desk-wrap-up"),
    path("library/", library.look, name="desk-library"),
    path("library/used/", library.use, name="desk-library-used"),
]
pages: list[URLPattern | URLResolver] = [
    path("", views.desk, name="desk"),
    path("work/", views.work, name="desk-work"),
    path("presence/", views.choose, name="desk-presence"),
    path("line/", views.line, name="desk-line"),
    path("day/", views.day, name="desk-day"),
    path("ticket/", views.ticket, name="desk-ticket"),
    path("pulse/", views.pulse, name="desk-pulse"),
    path("offers/<uuid:offer_id>/accept/", views.accept, name="desk-accept"),
    path("offers/<uuid:offer_id>/decline/", views.decline, name="desk-decline"),
    path("call-backs/<uuid:call_back_id>/off/", views.call_off, name="desk-call-off"),
    path("book/", book.book, name="desk-book"),
    path("book/stand-ins/", book.name_stand_ins, name="desk-book-stand-ins"),
    path("contacts/<uuid:contact_id>/", include(contact)),
]
urlpatterns = [path("at/<slug:programme>/desk/", include(pages))]
