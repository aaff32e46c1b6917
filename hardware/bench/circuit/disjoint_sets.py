"""Disjoint sets (union-find): which things are joined, over any number of links.

Nets are grouped in this way by wires, by elements, by closed contacts, and by active parts.
"""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class DisjointSets(Generic[T]):
    """Items in sets. An item that is not known yet is a set of its own."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._parent: dict[T, T] = {item: item for item in items}

    def root(self, item: T) -> T:
        """The item that stands for the whole set of this one."""
        parent = self._parent
        while (above := parent.setdefault(item, item)) != item:
            parent[item] = item = parent[above]  # halves the way for the next time
        return item

    def join(self, *items: T) -> None:
        """Puts these items, and all that they are joined with, into one set."""
        for item in items[1:]:
            self._parent[self.root(item)] = self.root(items[0])

    def sets(self) -> list[frozenset[T]]:
        """All sets, ordered by their first known items."""
        found: dict[T, list[T]] = {}
        for item in self._parent:
            found.setdefault(self.root(item), []).append(item)
        return [frozenset(items) for items in found.values()]
