"""Whether a customer may be contacted without having asked: on which channels not, since when, who said so.

A *bar* on ``any`` channel stands above all. Who is not barred may be contacted; a bar that ended stays on record.
"""
