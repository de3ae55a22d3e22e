"""Remembers what pure functions made of large immutable values, which are told apart by identity and not by content."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function so that it runs once for the same objects, as long as they are among the `most` last ones.

    Texts and other values of one word are compared as usual; any other argument is the same only if it is that very
    object. Such objects are kept alive, so that no other one takes their identity.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept = OrderedDict[tuple[Hashable, ...], tuple[Any, T]]()

        @wraps(function)
        def call(*arguments: P.args, **named: P.kwargs) -> T:
            if named:  # these are not told apart
                return function(*arguments, **named)
            key = tuple(one if isinstance(one, str | int | None) else id(one) for one in arguments)
            there = kept.get(key)
            if there is None:
                there = kept[key] = (arguments, function(*arguments, **named))
                if len(kept) > most:
                    kept.popitem(last=False)
            return there[1]

        return call

    return decorate
