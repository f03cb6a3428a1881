"""Plain English cues: turns of phrase that say by themselves that a customer leaves, compares or is unhappy. Pure.

They stand beside the models: a long sentence that says several things is like no example, and still says it.
"""

import re

from rapport.prompts.findings import Shown

_HELD = (
    r"(?:(?:credit|debit|bank|gold|travel|savings?)\s+)?(?:cards?|accounts?|contracts?|polic(?:y|ies)|subscriptions?"
    r"|plans?|memberships?|insurance|line|tariff|services?)"
)
_MINE = r"(?:my|the|this|our|both|all)\s+(?:\w+\s+)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ANOTHER = r"(?i:another|a different|a new)"
_HOUSE = r"(?i:banks?|providers?|compan(?:y|ies)|insurers?|carriers?|operators?)"
LEAVING = re.compile(
    rf"\b(?:cancel(?:l?ing)?|clos(?:e|ing)|terminat(?:e|ing)|end(?:ing)?|delet(?:e|ing))\s+(?:of\s+)?{_MINE}?{_HELD}\b(?!\s+(?:payment|transfer|order))"
    r"|\bclose\s+(?:it|them|everything)\b"
    r"|\b(?:thinking|think|thought)\s+(?:of|about)\s+(?:leaving|cancel|clos|switching|moving|going)"
    r"|\b(?:switch|mov|chang)(?:e|ing)?\s+(?:over\s+)?(?:elsewhere|away|banks?|providers?|insurers?)\b"
    rf"|\b(?:switch|mov|go|chang)(?:e|ing)?\s+to\s+{_ANOTHER}\s+{_HOUSE}\b"
    r"|\b(?:leav(?:e|ing))\s+(?:you|the bank|your (?:bank|company))\b"
    r"|\bgo(?:ing)?\s+elsewhere\b|\bwant(?:s|ed)?\s+out\b|\bnot\s+(?:be\s+)?(?:going\s+to\s+)?renew(?:ing)?\b"
    rf"|\bget\s+rid\s+of\s+{_MINE}?{_HELD}\b",
    re.IGNORECASE,
)
COMPETITOR = re.compile(
    rf"\b(?i:another|other|different|new)\s+{_HOUSE}\s+(?i:offer|give|has|have|had|charge|do(?:es)?\b|would|pay|ask)"
    rf"|\b(?i:switch|mov|go|chang|leav)(?:e|ing)?\s+(?i:over\s+)?(?i:to|for)\s+{_ANOTHER}\s+{_HOUSE}"
    r"|\b(?i:competitors?|competition)\b"
    r"|\b(?i:better|cheaper)\s+(?:\w+\s+)?(?i:offers?|deals?|prices?|rates?|fees?)\s+(?i:from|at|with|elsewhere)\b"
    r"|\b(?i:cheaper|better)\s+(?i:elsewhere|somewhere else)\b"
    rf"|\b(?i:switch)(?i:ing)?\s+(?i:over\s+)?to\s+(?!I\b|{_MONTH})[A-Z]\w+"
)
UNHAPPY = re.compile(
    r"\b(?:unacceptable|outrageous|ridiculous|disgrace(?:ful)?|furious|fed up|had enough|desperate|in tears|lawyer"
    r"|ombudsman|appalling|sick of|waste of (?:my )?time|let down|worst (?:service|bank|company|experience))\b"
    r"|\b(?:make|file|raise|want)\s+(?:a|to)\s+(?:formal\s+)?complain(?:t)?\b|\bthis is a joke\b"
    r"|\b(?:nobody|no one)\s+(?:ever\s+)?(?:help|answer|call|care|repl)(?:s|ed|ies|ied)?\b"
    r"|\bfor the (?:third|fourth|fifth|tenth|umpteenth) time\b"
    r"|\b(?:so|very|really|extremely)\s+(?:angry|upset|annoyed|frustrated|disappointed)\b",
    re.IGNORECASE,
)
CUES: dict[Shown, re.Pattern[str]] = {"leaving": LEAVING, "competitor": COMPETITOR, "distress": UNHAPPY}
"""What each shows, by the names of rapport.prompts.findings."""
SURENESS = 0.8


def cued(text: str) -> list[Shown]:
    """Return what the cues in a customer's message show."""
    return [shows for shows, cue in CUES.items() if cue.search(text)]
