"""What was said in a call, to be heard again: recordings, their pauses, and remarks at moments of a contact.

A *recording* is the audio of one contact as a telephone system sent it, kept as FLAC: two channels, one of the rep
and one of the customer, or one of both. A *pause* is a span that was not to be recorded, with who paused it and
why: it is silence in what is kept, whatever was sent. A *remark* is what somebody wrote at a moment of a contact,
recorded call or chat.

Invariants: what is kept was decoded by ourselves, whole, and says what it was sent as; within a pause every sample
is zero; the audio is sealed under a key of its own, which only the recording's row holds, sealed under the key
ring: where that row is emptied or deleted, nobody can hear the file any more. The same audio of one contact is one
recording, however often it arrives. Every listening is on record.

``sniffing`` says what a file is, ``decoding`` makes of it what is kept (in a process of its own), ``store`` seals
it into the folder or bucket of ``kit.storage``: all without Django's database.
"""
