"""People as the partner's own directory tells of them: by SCIM, and by single sign-on.

An *entry* is what a directory says of a person on one programme. A directory's *groups* give nothing by
themselves: a *mapping* of the programme turns a group into a role there. Who is in no mapped group has no place.

Invariants:

- A name belongs to its partner. The same name in another partner's directory, or made by hand, is another person;
  nobody is ever found by an e-mail address.
- A directory's word holds for the programme whose token it came with, or for the programmes of the partner whose
  sign-in service vouched; nowhere else.
- Whoever loses their place loses it everywhere at once: pages, streams, offers.
"""
