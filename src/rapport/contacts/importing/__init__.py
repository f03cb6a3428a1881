"""Taking calls that happened elsewhere into the file, as if they had happened here.

Contacts, their legs and their events are written batch by batch, each batch in one transaction that holds the
programme's import lock; a contact that is there already (by its ``external_id``) is left as it is. So an import
can be stopped at any moment, run again, or run twice at once.
"""
