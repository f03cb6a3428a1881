"""Rally Notes: one letter a day that says how it went, who was great, and what to try next.

Notes are *drafted* from the day's own figures (by a job after midnight of the programme, or by hand), completed
by a supervisor with a tip and news, and *published*; everyone then *reads* them once. Reps are recognised for
quality, never for count: what customers said of resolution, their rating and the touch points covered, each drawn
towards the day's mean where there is little to go by. Invariants: one note a programme and day; drafting again
keeps what people wrote; published notes do not change; no customer is named. A rep becomes available only after
reading the latest published notes and signing for overdue news (a gate of routing).

A *tip* is a thing of its own: found in a trial or in contacts scored (``findings``), or written by hand; told by
letters, judged once by what reading it changed (``effect``), retired when its evidence is stale or turns. *News*
are signed for, some by a day.
"""
