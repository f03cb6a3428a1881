"""Telephone contacts as a telephone system tells of them: calls, answers, transfers, holds, hangups.

The generic shape many systems speak (``event``, ``callId``, ``from``, ``to``, ``direction``, ``user``, ``queue``,
``cause``). Each event of a call is taken once, however often it is sent, and in whatever order: what is known of
the call so far is the set of its events, and the contact is brought to what that set says. The system routes and
carries the call and puts it through; we pop the file at the rep who answers, and at nobody else.
"""
