"""Writing courses: what a text may say, its way by two people, pictures by their content, contacts heard."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from rapport.audit.models import Look
from rapport.conftest import World
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit.errors import Invalid
from rapport.kit.walls import inside
from rapport.learning import actions, courses, media
from rapport.learning.definition import Choice, CourseInvalid, Lesson, Question, read_course
from rapport.learning.marking import is_right, mark, number_of, shuffled
from rapport.learning.models import Course, CourseVersion, Media
from rapport.learning.tests.stage import BASE, PNG, TEXT, a_course, a_picture, a_trainer, assigned, client_of
from rapport.quality.recordings.tests.sounds import a_recording

COURSES = f"{BASE}courses/"
KEYS = ["a", "b", "c", "d"]


def question(kind: str, right: set[str] = frozenset(), **told: Any) -> Question:  # type: ignore[assignment]
    choices = [Choice(key=one, text=one.upper(), right=one in right) for one in KEYS]
    return Question(key="q", text="Which?", kind=kind, choices=choices, **told)  # type: ignore[arg-type]


@given(right=st.sets(st.sampled_from(KEYS), min_size=1), given=st.sets(st.sampled_from(KEYS), min_size=1))
def test_several_choices_are_right_where_they_are_exactly_those(right: set[str], given: set[str]) -> None:
    assert is_right(question("multiple", right), sorted(given, reverse=True)) == (right == given)


@given(st.permutations(KEYS))
def test_an_order_is_right_in_one_way(told: list[str]) -> None:
    assert is_right(question("order"), told) == (told == KEYS)


@given(answer=st.floats(-1e9, 1e9), within=st.floats(0, 1e6), told=st.floats(-1e9, 1e9), comma=st.booleans())
def test_a_number_is_right_within_what_is_allowed(answer: float, within: float, told: float, comma: bool) -> None:
    one = Question(key="q", text="How many?", kind="number", answer=answer, within=within)
    typed = repr(told).replace(".", ",") if comma else repr(told)
    far = abs(told - answer) - within
    if abs(far) > 1e-6 * max(1.0, abs(answer)):
        assert is_right(one, [typed]) == (far < 0)
    assert is_right(one, [repr(answer)])


@pytest.mark.parametrize("told", ["", "nan", "inf", "1_000", "٣", "1,2,3", "0x10", "9" * 31, "1 2"])
def test_what_is_no_number_is_none(told: str) -> None:
    assert number_of(told) is None


@given(n=st.integers(1, 20), hits=st.integers(0, 20), pass_at=st.integers(1, 100))
def test_passed_is_by_whole_numbers(n: int, hits: int, pass_at: int) -> None:
    hits = min(hits, n)
    asked = [Question(key=f"q{k}", text="?", kind="number", answer=1) for k in range(n)]
    marked = mark(
        Lesson(key="l", title="L", questions=asked, pass_at=pass_at),
        {one.key: ["1" if k < hits else "2"] for k, one in enumerate(asked)},
    )
    assert marked.passed == (hits * 100 >= pass_at * n)
    assert marked.permille == 1000 * hits // n and sum(marked.right.values()) == hits


@given(st.binary(min_size=32, max_size=32))
def test_a_seed_always_shows_all_choices_in_the_same_order(seed: bytes) -> None:
    shown = shuffled(question("single", {"a"}), seed.hex())
    assert shown == shuffled(question("single", {"a"}), seed.hex())
    assert sorted(one.key for one in shown) == KEYS


@pytest.mark.parametrize(
    ("instead", "by", "says"),
    [
        ('key = "check"', 'key = "ask"', "two lessons"),
        ('key = "which"', 'key = "first"', "two questions"),
        ('text = "Ask", right = true', 'text = "Ask"', "0 are marked"),
        ('text = "Give"}', 'text = "Give", right = true}', "2 are marked"),
        ('{key = "give", text = "Give"}', '{key = "ask", text = "Give"}', "same key"),
        ('{key = "give", text = "Give"}', '{key = "give", text = "Ask"}', "same text"),
        ('{key = "one", text = "Reason"}', '{key = "one", text = "Reason", right = true}', "no right choices"),
        ("answer = 14.25", "", "which number"),
        ('kind = "number"', 'kind = "single"', "has an answer"),
        ("pass_at = 75", "pass_at = 0", "at least 1"),
        ("attempts = 2", "attempts = 99", "at most 10"),
        ("minutes = 10", 'minutes = "ten"', "whole number"),
        ('title = "Check"', 'title = "Check"\nmedia = "00000000-0000-7000-8000-000000000000"', "what the picture"),
        ('name = "Comparing prices"', 'name = "x" y', "no TOML"),
        ("[[lessons]]", "[[nothing]]", "nothing called"),
    ],
)
def test_a_text_with_a_fault_says_where(instead: str, by: str, says: str) -> None:
    with pytest.raises(CourseInvalid, match=says):
        read_course(TEXT.replace(instead, by, 1))


def test_an_empty_lesson_and_a_huge_text_are_refused() -> None:
    with pytest.raises(CourseInvalid, match="empty"):
        read_course('name = "A"\n[[lessons]]\nkey = "a"\ntitle = "A"\n')
    with pytest.raises(CourseInvalid, match="at most 200,000"):
        read_course("#" * 200_001)


def test_a_course_goes_its_way_by_two_people_through_its_pages(world: World) -> None:
    lead, trainer = client_of(world.supervisor), client_of(a_trainer(world))
    assert "No courses yet" in lead.get(COURSES).text and "New course" in lead.get(f"{COURSES}-/new/").text
    assert "faults" in lead.post(f"{COURSES}-/check/", {"text": "name = 1"}).text
    assert lead.post(f"{COURSES}-/save/", {"key": "Bad Key", "text": TEXT}).status_code == 422
    assert lead.post(f"{COURSES}-/save/", {"key": "prices", "text": "no"}).status_code == 422
    to = lead.post(f"{COURSES}-/save/", {"key": "prices", "text": TEXT}).url
    assert lead.post(f"{COURSES}-/save/", {"key": "prices", "text": TEXT + "#"}).status_code == 409
    step = f"{to}1/"
    assert trainer.post(step, {"do": "approve"}).status_code == 409
    assert lead.post(step, {"do": "submit"}).status_code == 302
    assert lead.post(step, {"do": "approve"}).status_code == 409
    assert trainer.post(step, {"do": "send_back", "because": ""}).status_code == 422
    assert (
        trainer.post(step, {"do": "approve"}).status_code
        == trainer.post(step, {"do": "publish"}).status_code
        == 302
    )
    assert "live" in lead.get(to).text and lead.post(step, {"do": "dance"}).status_code == 422
    for client in (client_of(world.rep), client_of(world.outsider)):
        assert client.get(to).status_code in (403, 404) and client.post(step, {"do": "publish"}).status_code in (
            403,
            404,
        )
    assert lead.post(f"{to}withdraw/").status_code == 302
    assert Event.objects.filter(name="course.withdrawn").count() == 1
    assert CourseVersion.objects.count() == 1


def test_the_page_a_writer_begins_with_is_a_course(world: World) -> None:
    from rapport.studio.courses import NEW

    assert [one.kind for one in read_course(NEW).lessons[1].questions] == ["single", "order"]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", ""),
        (b"<html>", ""),
        (b"\xff\xfb\x90\x64", ""),
        (b"GIF89a", ""),
        (b"%PDF-1.7", ""),
        (b"\0\0\0\x18ftypheic", ""),
        (b"\x1a\x45\xdf\xa3 matroska", ""),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_content_says(start: bytes, kind: str) -> None:
    assert media.kind_of(start) == kind


def test_a_picture_is_kept_sealed_once_and_given_in_parts(world: World) -> None:
    lead = client_of(world.supervisor)
    sent = {"file": SimpleUploadedFile("a\x00b.html", PNG, content_type="text/html")}
    assert lead.post(f"{COURSES}-/upload/", sent).status_code == 302
    row = Media.objects.get()
    assert (row.kind, row.size) == ("image/png", len(PNG))
    media.upload(member=world.supervisor, file=a_picture(), name="again.png")
    assert Media.objects.count() == 1 == Event.objects.filter(name="course.media_kept").count()
    assert isinstance(settings.RECORDINGS, Path)
    kept = settings.RECORDINGS / "cards.lessons" / str(row.public_id)
    assert kept.is_file() and PNG not in kept.read_bytes()
    to = f"{BASE}media/{row.public_id}/"
    whole, part = lead.get(to), lead.get(to, headers={"range": "bytes=1-3"})
    assert whole.content == PNG and whole.headers["Content-Type"] == "image/png"
    assert (part.status_code, part.content) == (206, b"PNG")
    assert client_of(world.rep).get(to).status_code == client_of(world.outsider).get(to).status_code == 404
    shown = TEXT.replace('title = "Ask first"', f'title = "Ask first"\nmedia = "{row.public_id}"\nshows = "A dot"')
    enrolment = assigned(world, a_course(world, text=shown))
    assert client_of(world.rep).get(to).status_code == 404
    actions.begin(member=world.rep, enrolment=enrolment.public_id)
    assert client_of(world.rep).get(to).status_code == 200
    assert client_of(world.second_rep).get(to).status_code == 404
    page = client_of(world.rep).get(f"{BASE}taken/{enrolment.public_id}/ask/page/").text
    assert 'alt="A dot"' in page and to in page
    assert media.remove_unnamed(programme=world.programme) == 0 and kept.is_file()


@pytest.mark.parametrize("raw", [b"", b"<svg/>", b"MZ\x90", PNG + b"x" * (10 * 1024 * 1024)])
def test_what_is_no_picture_or_too_large_is_not_kept(world: World, raw: bytes) -> None:
    with pytest.raises(Invalid, match="Nothing was kept"):
        media.upload(member=world.supervisor, file=BytesIO(raw), name="x.png")
    answer = client_of(world.supervisor).post(f"{COURSES}-/upload/", {"file": SimpleUploadedFile("x.png", raw)})
    assert answer.status_code == 422 and not Media.objects.exists()
    assert client_of(world.rep).post(f"{COURSES}-/upload/").status_code == 403


def test_a_contact_is_heard_by_who_takes_the_course_on_record_until_it_is_let_go(world: World) -> None:
    sound = a_recording(world)
    text = TEXT.replace('title = "Ask first"', f'title = "Ask first"\ncontact = "{sound.contact.public_id}"')
    course = a_course(world, text=text, by=world.supervisor)
    row = assigned(world, course, world.second_rep)
    actions.begin(member=world.second_rep, enrolment=row.public_id)
    learner = client_of(world.second_rep)
    page = learner.get(f"{BASE}taken/{row.public_id}/ask/page/").text
    to = page.partition('<audio controls preload="none" src="')[2].partition('"')[0]
    assert learner.get(to, headers={"range": "bytes=0-3"}).content == b"fLaC"
    learner.get(to)
    look = Look.objects.get(why="heard in a course")
    assert look.right == "learning.take" and look.actor == f"member:{world.second_rep.pk}"
    assert str(sound.contact.public_id) in look.about
    assert learner.get(to.replace("/ask/", "/check/")).status_code == 404
    assert client_of(world.rep).get(to).status_code == client_of(world.outsider).get(to).status_code == 404
    Customer.objects.update(standing="erased")
    assert learner.get(to).status_code == 404
    assert "cannot be heard any more" in learner.get(f"{BASE}taken/{row.public_id}/ask/page/").text


def test_nobody_puts_in_what_they_cannot_hear_themselves(world: World) -> None:
    sound = a_recording(world)
    text = TEXT.replace('title = "Ask first"', f'title = "Ask first"\ncontact = "{sound.contact.public_id}"')
    for by in (a_trainer(world), None):
        with pytest.raises(CourseInvalid, match="you can hear no recording"):
            courses.save_draft(programme=world.programme, key="x", text=text, instead_of=None, by=by, actor="test")
    a_course(world, "heard", text, by=world.supervisor)
    told: dict[str, Any] = {"programme": world.programme, "key": "heard", "instead_of": 1, "actor": "test"}
    assert courses.save_draft(text=f"{text}# put right", by=a_trainer(world), **told).number == 2  # as it was
    missing = TEXT.replace(
        'title = "Check"', 'title = "Check"\nmedia = "00000000-0000-7000-8000-000000000000"\nshows = "x"'
    )
    answer = client_of(world.supervisor).post(f"{COURSES}-/save/", {"key": "x", "text": missing})
    assert answer.status_code == 422 and "Upload it first" in answer.text
    assert not Course.objects.filter(key="x").exists()
    with inside(world.other.pk):
        assert not Media.objects.exists()
