"""Whether customers who wanted to leave stay: what is claimed, what stuck, and what it cost.

A claim is immature until its day has come and the partner has spoken of the account; immature claims are in no
denominator. Void claims were not eligible, and are in none either.
"""

from __future__ import annotations

from rapport.insight.declaring import Metric, contacts_where, total

STICK_DAYS = 60
MONTH = 30.4375  # days

COUNTS = "state <> 'void'"
JUDGED = "state IN ('matured', 'reversed') AND matures_at <= :as_of"
STUCK = f"state = 'matured' AND {JUDGED}"

HANDLED = "outcome IN ('stayed', 'left', 'undecided') AND COALESCE(state, '') <> 'void'"
OVER = "ended_at + :stick_days * INTERVAL '1 day' <= :as_of"
KNOWN = f"{HANDLED} AND ({JUDGED} OR (outcome <> 'stayed' AND {OVER}))"
STAYED = f"outcome = 'stayed' AND {HANDLED}"
REGRETTED = (
    "(renewed_at <= ended_at + :stick_days * INTERVAL '1 day' OR why IN ('complaint_upheld', 'charged_back'))"
)

METRICS = (
    Metric(
        "wishes_to_leave",
        "Wishes to leave",
        "Customers' wishes to leave that were worked and have an outcome; one taken back as misheard is none.",
        "wishes",
        "count",
        "wish",
        contacts_where(HANDLED),
    ),
    Metric(
        "gross_save_rate",
        "Save rate, claimed",
        "The share of wishes to leave after which the customer said they stay. Who thinks it over is not saved.",
        "share",
        "ratio",
        "wish",
        contacts_where(STAYED),
        contacts_where(HANDLED),
        better="up",
    ),
    Metric(
        "verified_save_rate",
        "Save rate, verified",
        "The share of wishes to leave after which the customer was, by the partner's own accounts, still there "
        "and paying on the day the claim matures. Only wishes whose time has passed count.",
        "share",
        "ratio",
        "wish",
        contacts_where(f"{KNOWN} AND state = 'matured'"),
        contacts_where(KNOWN),
        cohort=contacts_where(HANDLED),
        better="up",
    ),
    Metric(
        "wrongful_save_rate",
        "Wrongful saves",
        "The share of saves followed by a renewed wish to leave, an upheld complaint or a charge-back within the "
        "days that claims take to mature (60, or as the programme's terms say): customers who were talked into "
        "staying. Only saves whose days have passed count.",
        "share",
        "ratio",
        "wish",
        contacts_where(f"{STAYED} AND {OVER} AND {REGRETTED}"),
        contacts_where(f"{STAYED} AND {OVER}"),
        cohort=contacts_where(STAYED),
        better="down",
    ),
    Metric(
        "saves_claimed",
        "Saves claimed",
        "Saves that reps and guides claim; void ones were not eligible and do not count.",
        "saves",
        "count",
        "claim",
        contacts_where(COUNTS),
    ),
    Metric(
        "saves_verified",
        "Saves verified",
        "Claims that matured, on the day they did: the partner's own accounts say that the customer stayed.",
        "saves",
        "count",
        "verified",
        contacts_where("state = 'matured'"),
        better="up",
    ),
    Metric(
        "stick_60",
        "60-day stick",
        "The share of matured claims whose customer was active, paying and not set to cancel on day 60, or the "
        "day that the programme's terms name. A claim too young to judge is in no denominator.",
        "share",
        "ratio",
        "claim",
        contacts_where(STUCK),
        contacts_where(JUDGED),
        cohort=contacts_where(COUNTS),
        better="up",
    ),
    Metric(
        "rebuttal_stick",
        "60-day stick, by words",
        "The 60-day stick of claims on whose contact a rebuttal was used; a claim counts for each of its "
        "rebuttals.",
        "share",
        "ratio",
        "claim_rebuttal",
        contacts_where(STUCK),
        contacts_where(JUDGED),
        cohort=contacts_where(COUNTS),
        better="up",
    ),
    Metric(
        "cost_per_kept_month",
        "Cost per kept customer and month",
        "What the offers of judged claims cost, per month that their customers are known to have stayed up to the "
        "day of maturity. In minor units of the currency.",
        "money",
        "mean",
        "claim",
        total("cost", JUDGED),
        f"{total('days', JUDGED)} / {MONTH}",
        better="down",
    ),
    Metric(
        "offers_made",
        "Offers made",
        "Offers that reps made to customers, to keep them or to sell them more.",
        "offers",
        "count",
        "presentation",
        contacts_where("offered_at IS NOT NULL"),
    ),
    Metric(
        "offer_acceptance_rate",
        "Offers accepted",
        "The share of offers answered that customers accepted; by `because`, why the others were turned down.",
        "share",
        "ratio",
        "presentation",
        contacts_where("state = 'accepted'"),
        contacts_where("state IN ('accepted', 'refused')"),
    ),
)
