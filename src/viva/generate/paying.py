"""Who pays for a call is asked before each try of it, and told of those whose answer was lost."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Payer(Protocol):
    """Whoever pays for the tries of a call; what it raises ends the call."""

    async def before(self) -> None:
        """Return when there is the money for a try."""
        ...

    def sending(self) -> AbstractContextManager[None]:
        """Hold while a try is under way."""
        ...

    def lost(self) -> None:
        """Take in that the server may have charged for a try, though no answer arrived."""
        ...


class Nobody:
    """Pays for calls that nobody counts."""

    async def before(self) -> None:
        """Let every try go."""

    def sending(self) -> AbstractContextManager[None]:
        return nullcontext()

    def lost(self) -> None:
        """Forget it."""
