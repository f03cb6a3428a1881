"""Courses that staff take: lessons, quizzes, who is asked to take what by when, and who has.

A *course* is a text in numbered *versions*, which two people bring about. It has *lessons*: words, a picture or a
video, a recorded contact, and *questions*. An *assignment* asks a person, a team, a role or everybody to take it
by a day; each of them has an *enrolment*, as has who takes a course by themselves. With its beginning the
enrolment keeps the version that was live then, whatever is published meanwhile. A lesson is *done* when it was
read, or when its questions were *passed*; a course is *completed* when all its lessons are done.

Invariants, kept by the database: a person has one open enrolment of a course and one open attempt at a lesson;
what was handed in does not change. Kept by the pages: which answer is right is in no page before it was given.

``definition`` says what a course is, ``marking`` what answers are worth: both pure.
"""
