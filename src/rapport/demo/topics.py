"""What customers of a card issuer come with: reasons, outcomes, and what both sides say. All made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A disposition: its share among its reason's contacts that were (or were not) resolved, and summaries."""

    key: str
    name: str
    resolved: bool
    share: float
    summaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A reason with its share of contacts, mean talk in seconds, chance to be resolved, outcomes and lines.

    ``opens`` starts a chat; ``tells`` are the customer's further lines in order; ``asks`` the rep's. Two are hard
    for everybody: whoever has it first hands on the share ``handed_on``, and puts ``on_hold`` of calls on hold.
    ``partner_keeps`` says who keeps what is promised where it is not settled.
    """

    key: str
    name: str
    share: float
    talk_seconds: float
    resolved: float
    skill: str
    outcomes: tuple[Outcome, ...]
    opens: tuple[str, ...]
    tells: tuple[str, ...]
    asks: tuple[str, ...]
    promise: str
    promise_kind: str = "document"
    partner_keeps: bool = False
    handed_on: float = 0.028
    on_hold: float = 0.05


TOPICS = (
    Topic(
        key="cancel", name="Cancel my card", share=0.20, talk_seconds=460, resolved=0.78, skill="retention",
        outcomes=(
            Outcome("saved", "Stays with us", True, 0.62, (
                "Wanted to cancel over the fee; fee waived for a year, stays.",
                "Has an offer from another bank; our cashback is worth more to them, stays.",
                "Did not use the card; moved to the card without a fee, stays.",
            )),
            Outcome("closed", "Card closed", True, 0.38, (
                "Made up their mind; card closed, told what happens to the balance.",
                "Moves abroad; card closed, last statement goes by e-mail.",
            )),
            Outcome("thinking", "Thinks it over", False, 1.0, (
                "Wants to compare our offer with another bank's; thinks it over.",
                "Likes the lower fee but wants to talk to their partner first.",
            )),
        ),
        opens=(
            "I want to cancel my card. The yearly fee is more than I get out of it.",
            "Please close my card. Another bank gives me cashback without a fee.",
            "Hello, how do I cancel? I hardly use this card any more.",
            "I'd like to end my contract, please. I have been a customer for years and get nothing for it.",
        ),
        tells=(
            "Mostly the fee, to be honest. I had not noticed how much it is.",
            "I use it for travel twice a year, that is all.",
            "Hm. And that would be without the fee for the whole year?",
            "That sounds fair. Let's do that.",
        ),
        asks=(
            "Thank you for telling us openly. What made you decide to cancel?",
            "I see. What do you use the card for most?",
            "I can take the fee off for a year, or move you to the card without one and keep your number. "
            "If you would rather close it, I do that right now.",
            "Done. You will see it on your next statement, and nothing else changes.",
        ),
        promise="Confirm in writing that the fee is waived",
    ),
    Topic(
        key="fee", name="A fee on my statement", share=0.18, talk_seconds=310, resolved=0.84, skill="service",
        outcomes=(
            Outcome("fee_refunded", "Fee refunded", True, 0.55, (
                "Late fee after a holiday; refunded once, direct debit set up.",
                "Fee charged twice by mistake; one refunded.",
            )),
            Outcome("fee_explained", "Fee explained", True, 0.45, (
                "Cash advance fee explained; will use the debit card next time.",
                "Foreign currency fee explained, accepted.",
            )),
            Outcome("fee_open", "Fee being looked into", False, 0.85, (
                "Does not recognise the fee; accounts will look into it.",
                "Was promised a refund last month, not booked yet; passed to accounts.",
            )),
            Outcome("complaint", "Complaint taken", False, 0.15, (
                "Complains that the refunded fee was charged again; accounts answer in writing.",
                "Was told last time that there is no fee, and complains about it; passed to the complaints desk.",
            )),
        ),
        opens=(
            "There is a fee of 25 on my statement that I don't understand.",
            "You charged me a late fee although I paid on the day.",
            "Why do I pay a fee for taking out cash? Nobody told me.",
        ),
        tells=(
            "It is on the statement of this month, second line.",
            "I was on holiday and paid when I came back, two days late.",
            "Could you take it off this once?",
            "Great, thank you.",
        ),
        asks=(
            "I am sorry for the surprise. Which statement is it on?",
            "I see it. Let me check when the payment arrived.",
            "It came two days after the due date. You have always paid on time, so I refund it this once. "
            "Shall I set up a direct debit so that it cannot happen again?",
            "The refund is booked; it shows within two days.",
        ),
        promise="Check that the refund was booked", promise_kind="refund", partner_keeps=True,
    ),
    Topic(
        key="app", name="Help with the app", share=0.14, talk_seconds=310, resolved=0.80, skill="service",
        outcomes=(
            Outcome("app_fixed", "Works again", True, 1.0, (
                "New telephone; app set up again together.",
                "Code did not arrive, number was an old one; corrected.",
            )),
            Outcome("app_ticket", "Passed to the app team", False, 1.0, (
                "App closes when opening statements; passed to the app team with the model.",
                "Cannot see the second card in the app; passed on.",
            )),
        ),
        opens=(
            "The app does not let me in since the update.",
            "I have a new phone and the code never arrives.",
            "I can't find my statements in the app.",
        ),
        tells=(
            "It says that something went wrong, nothing more.",
            "An Android, about two years old.",
            "One moment, trying… Yes! Now it opens.",
            "Perfect, thanks.",
        ),
        asks=(
            "That is annoying, let's get you in. What does it show when you sign in?",
            "Which telephone do you use?",
            "I have sent you a new code and reset the device. Please try once more.",
            "Good. The old telephone is signed out, so nobody else can use it.",
        ),
        promise="Tell the customer what the app team found", promise_kind="call_back", partner_keeps=True,
    ),
    Topic(
        key="dispute", name="A payment I did not make", share=0.13, talk_seconds=490, resolved=0.70,
        skill="disputes",
        outcomes=(
            Outcome("dispute_opened", "Dispute opened, money back for now", True, 0.6, (
                "Online shop charged twice; dispute opened, amount back for now.",
                "Unknown payment abroad; card replaced, dispute opened.",
            )),
            Outcome("dispute_explained", "Payment recognised", True, 0.4, (
                "Payment was a subscription of the family; recognised, told how to end it.",
                "Hotel deposit, comes back by itself; explained.",
            )),
            Outcome("dispute_waits", "Waits for papers", False, 1.0, (
                "Needs the shop's confirmation before we can open the dispute; customer sends it.",
                "Dispute goes on longer than promised; asked the merchant again.",
            )),
        ),
        opens=(
            "There is a payment of 89.90 on my card that I did not make!",
            "A shop has charged me twice and does not answer.",
            "I don't recognise a payment from last week. Was my card stolen?",
        ),
        tells=(
            "It was last Tuesday, a shop I have never heard of.",
            "No, the card is here with me.",
            "No, nobody else uses it.",
            "All right. How long does it take?",
        ),
        asks=(
            "I understand that this worries you; let's look at it together. When was the payment?",
            "Do you still have the card with you, and does anybody else use it?",
            "I open a dispute now: the amount comes back to you while we ask the shop, and I replace the card.",
            "Usually ten days. You get a message at each step.",
        ),
        promise="Tell the customer how the dispute stands", promise_kind="call_back", partner_keeps=True,
        handed_on=0.1,  # only the bank's own people may pay back above a sum
    ),
    Topic(
        key="lost", name="Lost or stolen card", share=0.11, talk_seconds=260, resolved=0.93, skill="service",
        outcomes=(
            Outcome("card_replaced", "Blocked and replaced", True, 1.0, (
                "Card lost on a train; blocked, new one in three days.",
                "Bag stolen; card blocked, last payments checked, new card by courier.",
            )),
            Outcome("card_late", "New card has not come", False, 1.0, (
                "New card has not arrived after a week; sent again by courier.",
                "Address was an old one; corrected and sent again.",
            )),
        ),
        opens=(
            "I have lost my card, please block it!",
            "My bag was stolen with the card in it. What do I do?",
            "I think that I left my card at a petrol station.",
        ),
        tells=(
            "About an hour ago. I last paid at the station.",
            "Yes, the payment of 42 was me.",
            "The address is still right, yes.",
            "Thank you for being so quick.",
        ),
        asks=(
            "The card is blocked as of now, nothing more can happen. When did you last have it?",
            "The last payment I see is 42 at a petrol station. Was that you?",
            "Good. A new card is on its way, three working days. Is your address still right?",
            "You can already use the new card in the app.",
        ),
        promise="Check that the new card has arrived", promise_kind="delivery",
    ),
    Topic(
        key="limit", name="My limit", share=0.10, talk_seconds=285, resolved=0.82, skill="service",
        outcomes=(
            Outcome("limit_raised", "Limit raised", True, 0.65, (
                "Needs more for a journey; limit raised for three months.",
                "Limit raised after a look at the last year's payments.",
            )),
            Outcome("limit_kept", "Limit stays, explained", True, 0.35, (
                "Limit cannot be raised before spring; told why and when to ask again.",
            )),
            Outcome("limit_asked", "Being decided", False, 1.0, (
                "Wants a higher limit than we may grant here; sent to the credit team.",
            )),
        ),
        opens=(
            "I need a higher limit for a journey next month.",
            "My payment was refused, is my limit used up?",
            "Can you raise my limit, please?",
        ),
        tells=(
            "About 2,000 more would do.",
            "Only for three months or so.",
            "Yes, that works for me.",
            "Thanks a lot!",
        ),
        asks=(
            "Gladly, let me look. How much more do you need?",
            "And for how long?",
            "I can raise it from today and set it back by itself afterwards. Is that all right?",
            "Done, it counts from this minute.",
        ),
        promise="Call back with the decision on the limit", promise_kind="call_back", partner_keeps=True,
        on_hold=0.16,  # the reps look for what the guide does not say
    ),
    Topic(
        key="rate", name="Interest and payments", share=0.08, talk_seconds=355, resolved=0.76, skill="retention",
        outcomes=(
            Outcome("rate_plan", "Payment plan agreed", True, 0.55, (
                "Pays off in six parts without interest from next month.",
                "Rate lowered for a year because of long custom.",
            )),
            Outcome("rate_explained", "Interest explained", True, 0.45, (
                "Explained how interest is counted when only part is paid.",
            )),
            Outcome("rate_open", "Offer being worked out", False, 1.0, (
                "Wants a lower rate than we may offer; a specialist calls back.",
            )),
        ),
        opens=(
            "The interest on my balance is far too high.",
            "I can't pay the whole balance this month. What can we do?",
            "How is the interest on my card worked out?",
        ),
        tells=(
            "It is about 1,400 at the moment.",
            "I could pay around 250 a month.",
            "Without interest? That would help a lot.",
            "Good, please set that up.",
        ),
        asks=(
            "Thank you for coming to us with this. How much of the balance is it about?",
            "What could you pay each month without trouble?",
            "Then we split it into six parts without interest, starting next month. Would that help?",
            "It is set up. You find the plan in the app.",
        ),
        promise="Send the payment plan in writing",
    ),
    Topic(
        key="travel", name="Using my card abroad", share=0.06, talk_seconds=195, resolved=0.94, skill="service",
        outcomes=(
            Outcome("travel_noted", "Journey noted", True, 1.0, (
                "Travels for two weeks; noted, told about the currency fee.",
                "Asked about insurance on journeys; sent the conditions.",
            )),
            Outcome("travel_refused", "Card refused abroad", False, 1.0, (
                "Card refused at a hotel abroad; released, to be watched.",
            )),
        ),
        opens=(
            "I'm going abroad next week. Will my card work there?",
            "Does my card include travel insurance?",
            "My card was refused at a hotel abroad.",
        ),
        tells=(
            "Two weeks, from Monday.",
            "And what do payments there cost me?",
            "Good to know. That was all.",
        ),
        asks=(
            "How nice! When do you travel, and for how long?",
            "I have noted it, so that payments there are not stopped.",
            "Payments in another currency cost 1.5 percent, cash a little more. The card's insurance covers you.",
        ),
        promise="Send the conditions of the travel insurance",
    ),
)  # fmt: skip

COMMON_OUTCOMES = (("solved", "Solved"), ("passed_on", "Passed to another team"), ("cut_off", "Broke off"))
GREETINGS = (
    "Good day, you are talking to {rep}. Thank you for waiting.",
    "Hello, this is {rep}. How can I help?",
    "Hello, {rep} here. I have your message in front of me.",
)
CLOSINGS = (
    "Is there anything else I can do for you?",
    "Have I answered everything you came with?",
)
THANKS = (
    "No, that was all. Thank you!",
    "That's everything, thanks for your help.",
    "All good now. Bye!",
)
FAREWELLS = (
    "You are welcome. Have a good day!",
    "Gladly. All the best!",
)
ARE_YOU_THERE = "Hello? Are you still there?"
BY_KEY = {topic.key: topic for topic in TOPICS}
