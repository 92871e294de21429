"""The views and tables that can be queried, with their columns, as a tree."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from viva.records.results import SchemaTable
from viva.text import display_line

OWN = "viva's own tables"


class SchemaTree(Tree[str]):
    """Each node's data is the name it stands for; headings have none. Enter selects, right and left open and close."""

    DEFAULT_CSS = """
    SchemaTree { background: $background; scrollbar-size-vertical: 1; padding: 0 0 0 1; }
    SchemaTree:focus { background-tint: $foreground 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open(True)", show=False, tooltip="Show the columns"),
        Binding("left", "open(False)", show=False, tooltip="Hide the columns"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.auto_expand = False
        self.guide_depth = 2

    def show(self, tables: Sequence[SchemaTable]) -> None:
        """Replace everything: the views, which are the public interface, then what is viva's own under a heading."""
        self.clear()
        for heading, public in (("Views", True), (OWN, False)):
            branch = self.root.add(Text(heading, style="bold"), expand=public)
            for table in tables:
                if table.public is public:
                    self._add(branch, table)
        self.root.expand()

    def _add(self, branch: TreeNode[str], table: SchemaTable) -> None:
        node = branch.add(Text(display_line(table.name, 40)), data=table.name)
        for name, kind in table.columns:
            label = Text.assemble(display_line(name, 40), " ", (display_line(kind, 24).lower(), "dim"))
            node.add_leaf(label, data=name)

    def action_open(self, wanted: bool) -> None:
        node = self.cursor_node
        if node is None:
            return
        if wanted and node.allow_expand:
            node.expand()
        elif not wanted and (not node.allow_expand or node.is_collapsed) and node.parent not in (None, self.root):
            self.move_cursor(node.parent)
        elif not wanted:
            node.collapse()
