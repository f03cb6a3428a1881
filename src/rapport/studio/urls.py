"""Addresses of people, roles, rules, tokens, routing, books and the library."""

from django.urls import path

from rapport.studio import books, expected, library, library_examples, plan_trials, replays, routing, views

PEOPLE = "at/<slug:programme>/people/"
ROUTING = "at/<slug:programme>/routing/"
BOOKS = "at/<slug:programme>/books/"
LIBRARY = "at/<slug:programme>/library/"
ENTRY = f"{LIBRARY}entries/<slug:key>/"

urlpatterns = [
    path(PEOPLE, views.people, name="people"),
    path(f"{PEOPLE}roles/", views.roles, name="roles"),
    path(f"{PEOPLE}roles/adjust/", views.adjust_role, name="role-adjust"),
    path(f"{PEOPLE}rules/", views.rules, name="rules"),
    path(f"{PEOPLE}rules/change/", views.change_rules, name="rules-change"),
    path(f"{PEOPLE}<uuid:person>/", views.person, name="person"),
    path(f"{PEOPLE}<uuid:person>/place/", views.change_place, name="person-place"),
    path(f"{PEOPLE}<uuid:person>/clearance/", views.change_clearance, name="person-clearance"),
    path(f"{PEOPLE}<uuid:person>/right/", views.adjust_person, name="person-right"),
    path(f"{PEOPLE}<uuid:person>/skill/", views.set_skill, name="person-skill"),
    path(f"{PEOPLE}<uuid:person>/sessions/", views.end_sessions, name="person-sessions"),
    path("at/<slug:programme>/tokens/", views.tokens, name="tokens"),
    path("at/<slug:programme>/tokens/make/", views.make_token, name="token-make"),
    path("at/<slug:programme>/tokens/<uuid:token>/end/", views.end_token, name="token-end"),
    path(ROUTING, routing.routing, name="routing"),
    path(f"{ROUTING}check/", routing.check, name="routing-check"),
    path(f"{ROUTING}try/", routing.try_contact, name="routing-try"),
    path(f"{ROUTING}save/", routing.save, name="routing-save"),
    path(f"{ROUTING}expected/", expected.expected, name="routing-expected"),
    path(f"{ROUTING}holidays/", routing.holidays, name="routing-holidays"),
    path(f"{ROUTING}replays/", replays.replays, name="routing-replays"),
    path(f"{ROUTING}replays/ask/", replays.ask, name="routing-replay-ask"),
    path(f"{ROUTING}replays/<uuid:replay>/", replays.replay, name="routing-replay"),
    path(f"{ROUTING}replays/<uuid:replay>/part/", replays.part, name="routing-replay-part"),
    path(f"{ROUTING}replays/<uuid:replay>/call-off/", replays.call_off, name="routing-replay-call-off"),
    path(f"{ROUTING}trials/", plan_trials.listed, name="routing-trials"),
    path(f"{ROUTING}trials/<int:trial>/", plan_trials.show, name="routing-trial"),
    path(f"{ROUTING}trials/<int:trial>/end/", plan_trials.end, name="routing-trial-end"),
    path(f"{ROUTING}<int:number>/trial/", plan_trials.new, name="routing-trial-new"),
    path(f"{ROUTING}<int:number>/trial/size/", plan_trials.size, name="routing-trial-size"),
    path(f"{ROUTING}<int:number>/trial/begin/", plan_trials.begin, name="routing-trial-begin"),
    path(f"{ROUTING}<int:number>/", routing.version, name="routing-version"),
    path(f"{ROUTING}<int:number>/file/", routing.file, name="routing-file"),
    path(f"{ROUTING}<int:number>/publish/", routing.publish, name="routing-publish"),
    path(BOOKS, books.books_page, name="books"),
    path(f"{BOOKS}give/", books.give, name="book-give"),
    path(f"{BOOKS}hand-over/", books.hand_over, name="book-hand-over"),
    path(f"{BOOKS}hand-over/<uuid:hand_over>/end/", books.end_hand_over, name="book-hand-over-end"),
    path(f"{BOOKS}<uuid:person>/", books.book, name="book"),
    path(f"{BOOKS}<uuid:person>/move/", books.move, name="book-move"),
    path(f"{BOOKS}<uuid:person>/stand-ins/", books.name_stand_ins, name="book-stand-ins"),
    path(LIBRARY, library.library, name="library"),
    path(f"{LIBRARY}new/", library.new, name="library-new"),
    path(f"{LIBRARY}make/", library.make, name="library-make"),
    path(f"{LIBRARY}check/", library.check, name="library-check"),
    path(f"{LIBRARY}file/", library.file, name="library-file"),
    path(f"{LIBRARY}take/", library.take, name="library-take"),
    path(ENTRY, library.entry, name="library-entry"),
    path(f"{ENTRY}save/", library.save, name="library-save"),
    path(f"{ENTRY}keep/", library.keep, name="library-keep"),
    path(f"{ENTRY}<int:number>/hand-in/", library.hand_in, name="library-hand-in"),
    path(f"{ENTRY}<int:number>/decide/", library.decide, name="library-decide"),
    path(f"{ENTRY}examples/", library_examples.examples, name="library-examples"),
    path(f"{ENTRY}examples/add/", library_examples.add, name="library-example-add"),
    path(f"{ENTRY}examples/<int:example>/drop/", library_examples.drop, name="library-example-drop"),
]
