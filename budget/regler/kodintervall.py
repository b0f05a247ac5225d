"""Intervals of equally long codes, compared character by character, and found by bisection however many they are."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Kodintervall(Protocol):
    """Whatever has the first and the last of its codes, both included."""

    fran: str
    till: str


T = TypeVar("T", bound=Kodintervall)


class Kodmangd:
    """The codes of any number of intervals, which may overlap."""

    def __init__(self, intervall: Iterable[tuple[str, str]] = ()):
        # By length: the first and the last codes of intervals that do not overlap, both ascending.
        self._langder: dict[int, tuple[list[str], list[str]]] = {}
        for fran, till in sorted(intervall):  # each goes last, and moves no others
            self.lagg_till(fran, till)

    def lagg_till(self, fran: str, till: str) -> None:
        """Take up the codes `fran`–`till`; intervals that they overlap become one with them."""
        franer, tiller = self._langder.setdefault(len(fran), ([], []))
        i, j = bisect_left(tiller, fran), bisect_right(franer, till)
        if i < j:
            fran, till = min(fran, franer[i]), max(till, tiller[j - 1])
        elif fran > till:
            return
        franer[i:j], tiller[i:j] = [fran], [till]

    def __contains__(self, kod: str) -> bool:
        franer, tiller = self._langder.get(len(kod), ([], []))
        i = bisect_right(franer, kod) - 1
        return i >= 0 and tiller[i] >= kod


class Kodtabell(Generic[T]):
    """Intervals of which no two have a code in common, as the rules that are valid in one year, by their codes."""

    def __init__(self, intervall: Iterable[T]):
        self._langder: dict[int, tuple[list[str], list[str], list[T]]] = {}
        for en in sorted(intervall, key=lambda en: en.fran):
            franer, tiller, alla = self._langder.setdefault(len(en.fran), ([], [], []))
            franer.append(en.fran)
            tiller.append(en.till)
            alla.append(en)

    def som_har(self, fran: str, till: str) -> list[T]:
        """Those that have any of the codes `fran`–`till`, in order."""
        franer, tiller, alla = self._langder.get(len(fran), ([], [], []))
        return alla[bisect_left(tiller, fran) : bisect_right(franer, till)]

    def for_kod(self, kod: str) -> T | None:
        """The one that has the code."""
        return next(iter(self.som_har(kod, kod)), None)
