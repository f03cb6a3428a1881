"""What Rally Notes by e-mail keep of a person: addresses of who works here and of the partner, of no customer.

They go with their row: when their owner stops, leaves, or may no longer read.
"""

from rapport.recognition.mailing.models import Recipient, Sending

KEPT = ()
STAYS = {Recipient: ("address",), Sending: ()}
