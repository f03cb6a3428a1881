"""From ringing to whose hands a contact comes into."""

from __future__ import annotations

from rapport.insight.declaring import ANSWERED, Metric, contacts_where

METRICS = (
    Metric(
        "offers_declined",
        "Offers declined",
        "Contacts that rang at a rep and were declined, each time counted; by `because`, for what reason.",
        "offers",
        "count",
        "offer",
        contacts_where("result = 'declined'"),
    ),
    Metric(
        "decline_rate",
        "Decline rate",
        "The share of contacts ringing at a rep that the rep declined. Some are right to: the reason tells.",
        "share",
        "ratio",
        "offer",
        contacts_where("result = 'declined'"),
        contacts_where("result IS NOT NULL"),
        better="down",
    ),
    Metric(
        "not_responding_rate",
        "Not-responding rate",
        "The share of contacts ringing at a rep that the rep neither took nor declined in time.",
        "share",
        "ratio",
        "offer",
        contacts_where("result = 'missed'"),
        contacts_where("result IS NOT NULL"),
        better="down",
    ),
    Metric(
        "continuity_rate",
        "Continuity",
        "The share of contacts answered, of customers with an own rep, that the own rep had (or who kept "
        "their book that day) or somebody who stood in for them. By rep and team, of the own rep.",
        "share",
        "ratio",
        "continuity",
        contacts_where(f"{ANSWERED} AND (had_by_own_rep OR had_by_stand_in)"),
        contacts_where(ANSWERED),
        better="up",
    ),
    Metric(
        "own_rep_rate",
        "Reached their own rep",
        "The share of contacts answered, of customers with an own rep, that the own rep had, or who kept "
        "their book that day. By rep and team, of the own rep.",
        "share",
        "ratio",
        "continuity",
        contacts_where(f"{ANSWERED} AND had_by_own_rep"),
        contacts_where(ANSWERED),
        better="up",
    ),
    Metric(
        "transfers",
        "Transfers",
        "The share of contacts answered that were handed from one rep to another at least once.",
        "share",
        "ratio",
        "contact",
        contacts_where(f"{ANSWERED} AND transfers > 0"),
        contacts_where(ANSWERED),
        better="down",
    ),
)
