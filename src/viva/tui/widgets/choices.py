"""A list to choose from whose Enter shows in the footer."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class ChoiceList(OptionList):
    """Options are never read as markup: give them as `Content`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Choose")]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
