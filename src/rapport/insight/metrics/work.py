"""How reps' time goes."""

from __future__ import annotations

from rapport.insight.declaring import HANDLED, Metric, distinct_contacts, total

WRAPPED = "wrap_up_seconds IS NOT NULL"

METRICS = (
    Metric(
        "average_handle_time",
        "Average handle time",
        "The mean time reps spent on a closed contact: conversation and wrap-up, of all reps who had it. Of "
        "several at once each counts in full.",
        "seconds",
        "mean",
        "leg",
        total("talk_seconds + COALESCE(wrap_up_seconds, 0)", HANDLED),
        distinct_contacts(HANDLED),
    ),
    Metric(
        "after_contact_work",
        "After-contact work",
        "The mean wrap-up time of closed contacts whose wrap-up was recorded.",
        "seconds",
        "mean",
        "leg",
        total("wrap_up_seconds", f"{HANDLED} AND {WRAPPED}"),
        distinct_contacts(f"{HANDLED} AND {WRAPPED}"),
    ),
    Metric(
        "occupancy",
        "Occupancy",
        "The share of reps' time on the floor spent on contacts and their wrap-up, busy once however many "
        "there are; the rest is available or being offered a contact. Finished stretches only.",
        "share",
        "ratio",
        "state_span",
        total("seconds", "doing IN ('on_contact', 'wrap_up')"),
        total("seconds", "doing IN ('on_contact', 'wrap_up', 'available', 'reserved')"),
    ),
)
