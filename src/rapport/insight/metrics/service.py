"""Whether customers reach a person, and how long that takes."""

from __future__ import annotations

from rapport.insight.declaring import ANSWERED, Metric, contacts_where, distinct_contacts, total

OFFERED = "outcome IN ('answered', 'abandoned')"
TOLD = "waited_seconds IS NOT NULL AND told_seconds IS NOT NULL"
RANGED = f"{TOLD} AND high_seconds IS NOT NULL"
OWN_TARGET = "COALESCE(answer_within_seconds, :answer_within_seconds)"

METRICS = (
    Metric(
        "contacts_offered",
        "Contacts offered",
        "Contacts whose customer asked for a person: answered, or abandoned in a queue.",
        "contacts",
        "count",
        "contact",
        contacts_where(OFFERED),
    ),
    Metric(
        "contacts_answered",
        "Contacts answered",
        "Contacts that a rep answered, unless the customer left after being put back into a queue. By rep, a "
        "contact counts for each rep who had it.",
        "contacts",
        "count",
        "leg",
        distinct_contacts(ANSWERED),
    ),
    Metric(
        "contacts_abandoned",
        "Contacts abandoned",
        "Contacts whose customer left while waiting in a queue.",
        "contacts",
        "count",
        "contact",
        contacts_where("outcome = 'abandoned'"),
        better="down",
    ),
    Metric(
        "left_before_queue",
        "Left before the queue",
        "Contacts whose customer left before asking for a person, for example in the voice menu.",
        "contacts",
        "count",
        "contact",
        contacts_where("outcome = 'left_before_queue'"),
    ),
    Metric(
        "abandonment_rate",
        "Abandonment rate",
        "The share of contacts offered that were abandoned in a queue.",
        "share",
        "ratio",
        "contact",
        contacts_where("outcome = 'abandoned'"),
        contacts_where(OFFERED),
        better="down",
    ),
    Metric(
        "service_level",
        "Service level",
        "The share of contacts offered that were answered within the time that their own queue aims at: the "
        "first one they stood in, as its plan was then. Where it names none, and for recorded calls, within "
        "the programme's. Abandoned contacts count as not answered in time.",
        "share",
        "ratio",
        "contact",
        contacts_where(f"{ANSWERED} AND wait_seconds <= {OWN_TARGET}"),
        contacts_where(OFFERED),
        better="up",
    ),
    Metric(
        "average_speed_of_answer",
        "Average speed of answer",
        "The mean time in a queue, up to the first answer, of contacts answered; no wait counts as 0.",
        "seconds",
        "mean",
        "contact",
        total("wait_seconds", ANSWERED),
        contacts_where(ANSWERED),
        better="down",
    ),
    Metric(
        "wait_estimate_error",
        "Wait, told and real",
        "How far the wait that waiting customers were first told was, on average, from what they then waited "
        "until answered. Whoever left does not count.",
        "seconds",
        "mean",
        "wait",
        total("ABS(waited_seconds - told_seconds)", TOLD),
        contacts_where(TOLD),
        better="down",
    ),
    Metric(
        "wait_estimate_coverage",
        "Wait within its range",
        "The share of contacts answered that waited within the range their customer was first told: nine in "
        "ten should.",
        "share",
        "ratio",
        "wait",
        contacts_where(f"{RANGED} AND waited_seconds >= low_seconds AND waited_seconds <= high_seconds"),
        contacts_where(RANGED),
        better="up",
    ),
)
