"""What reps are shown while they talk, and what they make of it."""

from __future__ import annotations

from rapport.insight.declaring import Metric, contacts_where

USABLE = "kind <> 'covered'"

METRICS = (
    Metric(
        "touch_point_coverage",
        "Touch-point coverage",
        "The share of the guides' required touch points that reps ticked.",
        "share",
        "ratio",
        "coverage",
        "SUM(covered)",
        "SUM(required)",
        better="up",
    ),
    Metric(
        "prompts_shown",
        "Prompts shown",
        "Prompts that were on the page of a rep who had the contact, each once; by `kind`, what they were about.",
        "prompts",
        "count",
        "prompt",
        contacts_where("shown_at IS NOT NULL"),
    ),
    Metric(
        "prompt_use_rate",
        "Prompts used",
        "The share of prompts shown that reps used. A touch point that ticked itself cannot be used and does not "
        "count.",
        "share",
        "ratio",
        "prompt",
        contacts_where(f"{USABLE} AND used_at IS NOT NULL"),
        contacts_where(USABLE),
        better="up",
    ),
    Metric(
        "prompt_edit_rate",
        "Prompts changed before use",
        "The share of prompts whose words went into a message, that did not go out word for word.",
        "share",
        "ratio",
        "prompt",
        contacts_where("edited"),
        contacts_where("edited IS NOT NULL"),
    ),
    Metric(
        "prompt_dismissal_rate",
        "Prompts put away",
        "The share of prompts shown that reps put away; of a touch point that ticked itself, whose tick they took "
        "back.",
        "share",
        "ratio",
        "prompt",
        contacts_where("dismissed_at IS NOT NULL"),
        contacts_where("shown_at IS NOT NULL"),
        better="down",
    ),
)
