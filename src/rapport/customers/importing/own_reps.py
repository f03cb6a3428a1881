"""Own reps that a customer file names: who of them can be, and giving the customers to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.customers import books
from rapport.customers.book_queries import book_sizes, reps_of
from rapport.customers.models import OwnRep
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.importing.rows import CustomerRecord
    from rapport.customers.models import Customer


class NamedReps:
    """The own reps of a batch. To be made before customers are locked: books change one after the other."""

    def __init__(self, programme: Programme, records: Mapping[str, CustomerRecord]) -> None:
        self._programme = programme
        self._wanted = {key: record.own_rep for key, record in records.items() if record.own_rep}
        self._keepers: dict[str, Member] = {}
        if self._wanted:
            take_turns(Turn.BOOKS, programme.pk)
            self._keepers = {one.agent_id: one for one in members_with(programme, Right.TAKE_CONTACTS)}

    def refused(self, there: Mapping[str, Customer]) -> dict[str, str]:
        """Return the keys whose row names who takes no contacts, or whose book is full, with why."""
        if not self._wanted:
            return {}
        has = reps_of(self._programme, [customer.pk for customer in there.values()])
        most, sizes = books.most_customers(self._programme), Counter(book_sizes(self._programme))
        found: dict[str, str] = {}
        for key, agent_id in self._wanted.items():
            rep = self._keepers.get(agent_id)
            if rep is None:
                found[key] = f"names {agent_id[:40]!r} as own rep, who takes no contacts here"
            elif key not in there or has.get(there[key].pk) != rep.pk:
                sizes[rep.pk] += 1
                if sizes[rep.pk] > most:
                    found[key] = f"names {agent_id[:40]!r} as own rep, whose book holds {most} and is full"
        return found

    def give(self, customers: Mapping[str, Customer]) -> dict[str, tuple[str, str]]:
        """Give the customers to the reps their rows name; return who was and is the own rep where that changed."""
        wanted = {key: self._keepers[self._wanted[key]] for key in customers if key in self._wanted}
        had = OwnRep.objects.filter(customer__in=[customers[key] for key in wanted], until__isnull=True)
        before = dict(had.values_list("customer_id", "rep__agent_id")) if wanted else {}
        by_rep: dict[Member, list[Customer]] = defaultdict(list)
        for key, rep in wanted.items():
            by_rep[rep].append(customers[key])
        for rep, theirs in by_rep.items():
            books.give(self._programme, theirs, rep, why=OwnRep.Why.IMPORT, actor="import")
        told = {key: (before.get(customers[key].pk, ""), rep.agent_id) for key, rep in wanted.items()}
        return {key: (was, now) for key, (was, now) in told.items() if was != now}
