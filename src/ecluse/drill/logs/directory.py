"""Who is who by number: a database knows its accounts, its units and its people by the numbers of their rows."""

from collections.abc import Iterable, Mapping

from ecluse.core.events import Event, Person
from ecluse.drill.world import facts
from ecluse.drill.world.settings import MINUTES
from ecluse.drill.world.world import World


class Directory:
    """The accounts of a world and of what is laid over it, in the order of the staff list."""

    def __init__(self, world: World, more: Iterable[Event], first: int) -> None:
        """Number the accounts from ``first`` on, the units from 1 on."""
        added = [one for one in more if isinstance(one, Person)]
        self.people = {one.account: one for one in (*facts.people(world.plan), *added)}
        self.units: Mapping[str, int] = {name: place for place, name in enumerate(world.plan.units.names, 1)}
        self._last = world.moment((world.settings.days - 1) * MINUTES).date()
        self._numbers = {account: number for number, account in enumerate(self.people, first)}

    def number(self, account: str) -> int:
        """Return the number of an account; one that is on no list gets the next."""
        if account not in self._numbers:
            self.people[account] = Person(account)
            self._numbers[account] = max(self._numbers.values()) + 1
        return self._numbers[account]

    def employed(self, account: str) -> bool:
        """Say whether whoever uses the account is still there on the last day."""
        until = self.people[account].until
        return not until or until >= self._last

    def service(self, account: str) -> bool:
        """Say whether no person uses the account."""
        return account in self.people and self.people[account].service
