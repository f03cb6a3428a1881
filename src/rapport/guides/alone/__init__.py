"""A guide that its customer goes through alone, with a way to a person at every step.

A contact begins as any other and stays *arrived* meanwhile: nobody is asked for. It becomes *served* at the end of
the guide, waits in line once a person is asked for, or is left. Who is alone is a stranger: nothing of a file is
told or changed. Invariant: while a row of ``Alone`` has no outcome, its contact is arrived.
"""
