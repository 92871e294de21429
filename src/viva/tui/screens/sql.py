"""SQL: a query, its result page by page, the views and tables it can ask, and the queries one keeps."""

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar
from weakref import WeakKeyDictionary

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import DataTable, TextArea, Tree

from viva.errors import UserError
from viva.present import query as words
from viva.present import query_chart
from viva.present.query import Result
from viva.records.results import QueryPage, SchemaTable
from viva.text import display_line
from viva.tui.query_runner import QueryRunner
from viva.tui.screens.row import RowScreen
from viva.tui.screens.sql_chart import ChartScreen
from viva.tui.screens.sql_export import ExportResultScreen
from viva.tui.screens.sql_keeping import KeepsQueries
from viva.tui.widgets.query_editor import QueryEditor
from viva.tui.widgets.result_pane import ResultPane
from viva.tui.widgets.schema_tree import SchemaTree
from viva.workbench import Workbench

WIDE = 100
TICK = 0.1
FIRST_QUERY = words.EXAMPLES["leaderboard"][1]
_typed: WeakKeyDictionary[Workbench, str] = WeakKeyDictionary()
"""What stood in the editor when the screen was last left: nothing that was typed is lost by going back."""


class SqlScreen(KeepsQueries):
    """Read-only SQL over the workspace's store."""

    TITLE = "SQL"
    CSS_PATH = "../styles/sql.tcss"
    AUTO_FOCUS = "#editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+j,ctrl+enter", "run", "Run", key_display="F5", tooltip="Run the query (also Ctrl+J)"),
        Binding("ctrl+n", "page(1)", "Next", tooltip="Show the next 200 rows"),
        Binding("ctrl+p", "page(-1)", "Previous", tooltip="Show the 200 rows before"),
        Binding("f4,ctrl+g", "chart", "Chart", key_display="F4", tooltip="Draw the result (also Ctrl+G)"),
        Binding("f8,ctrl+t", "export", "Export", key_display="F8", tooltip="Write all rows to a file, or copy them"),
        Binding("ctrl+o", "open", "Open", tooltip="Open a saved query or an example"),
        Binding("f3,ctrl+r", "history", "History", key_display="F3", tooltip="Open a query that was run before"),
        Binding("f2,ctrl+l", "tables", "Tables", key_display="F2", tooltip="Show or hide views, tables and columns"),
        Binding("ctrl+s", "save", "Save", tooltip="Keep the query under a name"),
        Binding("f1", "app.help", "Help"),
        Binding("escape", "leave", "Back", tooltip="Cancel the query that runs, else go back"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._runner = QueryRunner(workbench)
        self._result: Result | None = None
        self._started: float | None = None
        self._clock: Timer | None = None
        self._run_text = ""

    def body(self) -> ComposeResult:
        with Horizontal():
            yield SchemaTree(id="schema")
            with Vertical():
                yield QueryEditor(_typed.get(self.wb, FIRST_QUERY), id="editor")
                yield ResultPane()

    def on_mount(self) -> None:
        self._clock = self.set_interval(TICK, self._tick, pause=True)
        self.query_one("#schema").display = self.app.size.width >= WIDE
        self.ask(lambda: self.wb.sql.schema(), then=self._show_schema, group="schema", doing="read the schema")

    def on_unmount(self) -> None:
        self._runner.close()

    def on_text_area_changed(self) -> None:
        _typed[self.wb] = self.text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show the keys of the moment."""
        if action == "page":
            found = self._result
            if found is None or self.running:
                return False
            return found.has_next if parameters == (1,) else found.shown > 0
        if action in ("chart", "export"):
            return self._result is not None and not self.running and bool(self._result.page.columns)
        return action != "run" or not self.running

    def more_keys(self) -> Sequence[tuple[str, str]]:
        return [("Tab", "complete a name or keyword; again: the next that fits")]

    @property
    def pane(self) -> ResultPane:
        return self.query_one(ResultPane)

    @property
    def running(self) -> bool:
        """Whether a query is under way."""
        return self._started is not None

    def action_leave(self) -> None:
        """End the query that runs; where none does, go back."""
        if self.running:
            self._runner.cancel()
        else:
            super().action_leave()

    def action_run(self) -> None:
        text = self.text
        if text.strip():
            self._begin()
            self._run_text = text
            self.query_one(QueryEditor).was_run()
            self.ask(self._run, text, then=self._ran, otherwise=self._failed, group="query", doing="run a query")

    def action_page(self, step: int) -> None:
        assert self._result is not None
        if step > 0 and self._result.must_fetch:
            self._begin()
            self.ask(self._runner.next_page, then=self._fetched, otherwise=self._no_page, group="query", doing="page")
        else:
            self._show_result(self._result.turned(step))

    def action_tables(self) -> None:
        tree = self.query_one(SchemaTree)
        if tree.display and tree.has_focus:
            self.query_one("#editor").focus()
        tree.display = not tree.display
        if tree.display:
            tree.focus()

    def action_chart(self) -> None:
        """Draw the rows fetched so far, or say why nothing can be drawn."""
        assert self._result is not None
        found = query_chart.charts(self._result.page.columns, self._result.page.types)
        if found and any(page.rows for page in self._result.pages):
            self.app.push_screen(ChartScreen(self.wb, self._result, found))
        else:
            self.pane.say("a chart needs rows, and a column of numbers", tone="alert")

    def action_export(self) -> None:
        assert self._result is not None
        self.app.push_screen(ExportResultScreen(self.wb, self._run_text, self._result))

    # Running

    def _run(self, text: str) -> QueryPage:
        self.wb.sql.remember(text)
        return self._runner.run(text)

    def _begin(self) -> None:
        self._started = monotonic()
        if self._clock is not None:
            self._clock.resume()
        self._tick()
        self.refresh_bindings()

    def _end(self) -> None:
        self._started = None
        if self._clock is not None:
            self._clock.pause()
        self.refresh_bindings()

    def _tick(self) -> None:
        if self._started is not None:
            self.pane.say(f"running {monotonic() - self._started:.1f} s", "Esc cancels")

    def _ran(self, page: QueryPage) -> None:
        self._end()
        self._show_result(Result((page,)))

    def _fetched(self, page: QueryPage) -> None:
        self._end()
        assert self._result is not None
        self._show_result(self._result.with_page(page))

    def _failed(self, error: Exception) -> bool:
        """Show an error where the result would be; what viva did not expect is shown as everywhere."""
        self._end()
        self._result = None
        self.refresh_bindings()
        expected = isinstance(error, UserError)
        self.pane.show_error(error if isinstance(error, UserError) else UserError("the query could not be run"))
        return expected

    def _no_page(self, error: Exception) -> bool:
        """Keep the page that is there when the next one could not be had, and say why."""
        self._end()
        expected = isinstance(error, UserError)
        self.pane.say(display_line(str(error)) if expected else "the page could not be read", tone="alert")
        return expected

    def _show_result(self, result: Result) -> None:
        self._result = result
        self.pane.show(result)
        if self._runner.age:
            self.pane.say(words.caption(result), f"the store is busy: as of {words.seconds(self._runner.age)} ago")
        self.refresh_bindings()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self._result is not None and self._result.page.rows:
            table = self.pane.table
            self.app.push_screen(
                RowScreen(self.wb, self._result.page, event.cursor_row, self._result.first),
                lambda number: table.move_cursor(row=number, animate=False) if number is not None else None,
            )

    def _show_schema(self, tables: list[SchemaTable]) -> None:
        self.query_one(SchemaTree).show(tables)
        self.query_one(QueryEditor).tables = tables

    def on_tree_node_selected(self, event: Tree.NodeSelected[str]) -> None:
        event.stop()
        if event.node.data is None:
            event.node.toggle()
        else:
            editor = self.query_one("#editor", TextArea)
            editor.insert(words.quoted(event.node.data))
