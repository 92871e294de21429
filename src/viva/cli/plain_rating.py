"""Rating line by line, for screen readers and for lines that are typed: no cursor is moved, nothing is drawn."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from viva.cli import plain_words as words
from viva.cli.hang_up import hang_up_ends_reading
from viva.cli.plain_words import Command
from viva.errors import NotFound, Outdated, StoreBusy, UsageError, UserError
from viva.present import known
from viva.present.closing import SKIP_REASONS, Enter
from viva.present.comparing import CompareState
from viva.present.rating import RatingState
from viva.present.rubric import rubric_sections
from viva.records.rating import RatingItem, Served, TaskProgress, Verdict
from viva.records.study import StudyMode, StudyState
from viva.text import display_line, display_text

if TYPE_CHECKING:
    from viva.workbench import Workbench
    from viva.workbench.desk import Desk

Read = Callable[[], str]
"""Returns a line without its end; raises `EOFError` after the last."""
Write = Callable[[str], None]
"""Writes a line; gets neither control characters nor line breaks."""
State = RatingState | CompareState

PATIENCE = 5.0
"""Seconds to wait for the store before a verdict is left in the outbox for the next try."""
LOOKS = 5.0
"""A lease is put off with the first line that is typed after so many parts of it."""
AHEAD = 1
"""Items held: whoever listens goes on to the next one only when this one is saved."""


def run(workbench: "Workbench", study: str | None, read: Read, write: Write) -> int:
    """Let the person at the keyboard rate in a study, the first one with something left where none is named.

    Every text goes through `display_text`; every entry is kept as a draft at once. What is held is given back however
    it ends: by `quit`, at the end of what is typed, by a dropped connection, or by an exception. Returns the exit
    code 0. Raises `NotFound` where nothing may be rated, and what the workbench raises.
    """

    def say(text: str) -> None:
        try:
            for line in display_text(text).split("\n"):
                write(line)
        except OSError as error:
            raise EOFError("nobody listens any more") from error

    desk = workbench.desk
    with hang_up_ends_reading(read) as read, suppress(EOFError):
        name = study or _chosen(desk, read, say)
        if name is None:
            return 0
        dialog = _Dialog(desk, name, workbench.settings.lease, read, say)
        try:
            dialog.go()
        except (EOFError, KeyboardInterrupt):
            say("Leaving. What you entered is kept.")
        finally:
            dialog.leave()
    return 0


def _chosen(desk: "Desk", read: Read, say: Write) -> str | None:
    """Ask which study it shall be, where there is more than one with something left; None to leave."""
    found = desk.tasks()
    if not found:
        raise NotFound("there is no study to rate yet", "whoever runs the studies has to let you in")
    waiting = [each for each in found if each.task.state is StudyState.OPEN and _left(each)]
    if not waiting:
        say("Nothing is left for you to rate. Thank you.")
        return None
    if len(waiting) == 1:
        return waiting[0].task.name
    say(f"{len(waiting)} studies wait for you.")
    for number, each in enumerate(waiting, 1):
        say(words.task_line(number, each))
    while True:
        say("Type the number of a study, or quit.")
        typed = read().strip()
        if typed.isdecimal() and 1 <= int(typed) <= len(waiting):
            return waiting[int(typed) - 1].task.name
        if words.command(typed, StudyMode.RUBRIC) is Command.QUIT:
            return None


def _left(progress: TaskProgress) -> int:
    return progress.left + progress.practice_left


class _Dialog:
    """One sitting: what is asked, what is typed, what comes of it."""

    def __init__(self, desk: "Desk", study: str, lease: float, read: Read, say: Write) -> None:
        self._desk, self._read_line, self._say = desk, read, say
        sitting = desk.sit_down(study, AHEAD)
        self._pair = sitting.task.mode is StudyMode.PAIRWISE
        self.state: State = CompareState(sitting, monotonic()) if self._pair else RatingState(sitting, monotonic())
        self._look_after = lease / LOOKS
        self._looked = monotonic()
        self._told: str | None = ""
        self._over = False

    def go(self) -> None:
        """Serve items until nothing is left, or until somebody leaves."""
        for line in words.opening(self.state):
            self._say(line)
        self._serve()
        while not self._over:
            if self.state.at_end:
                self._page()
            else:
                self._item()

    def leave(self) -> None:
        """Give back what is held; where the store is busy, it comes free by itself."""
        try:
            self._desk.release(self.state.task.study_id)
            self._desk.deliver(PATIENCE)
        except StoreBusy:
            self._say("Your verdicts are on disk and are delivered later.")

    # Items

    def _serve(self) -> None:
        """Take the next item, and put off the leases of what is held."""
        study_id, state = self.state.task.study_id, self.state
        try:
            known = [item_id for item_id in state.held if state.get(item_id) is not None]
            served: Served = self._desk.serve(study_id, AHEAD, state.ask(), known)
            state.take([lease.item_id for lease in served.leases if lease.item_id not in known], served.items)
            state.serve(served, monotonic())
            if more := state.needed():
                state.take(more, self._desk.items(study_id, more))
        except StoreBusy as error:
            self._say(f"{display_line(error.message)}. What you entered is safe. An empty line tries again.")
        self._looked = monotonic()

    def _page(self) -> None:
        """Say why there is no item; an empty line looks for one again."""
        self._told = None
        page = self.state.closing()
        self._say(page.title)
        if page.lines and self.state.order:
            self._say(words.done_line(self.state))
        self._say("An empty line looks again, back goes to your last verdict, quit leaves.")
        match words.command(self._read(), self.state.task.mode):
            case Command.QUIT:
                self._over = True
            case Command.BACK:
                self.state.back()
            case _:
                self._serve()

    def _item(self) -> None:
        """Say the item where it is new, what is to be entered, and take a line."""
        state = self.state
        if state.item is None:
            self._fetch()
            if state.item is None and not state.at_end:
                self._say(state.prompt().text)
                self._obey(self._read())
            return
        if self._told != state.item_id:
            self._told = state.item_id
            self._tell(state.item)
        self._say(words.prompt(state))
        self._obey(self._read())

    def _fetch(self) -> None:
        wanted = self.state.needed()
        try:
            self.state.take(wanted, self._desk.items(self.state.task.study_id, wanted))
        except StoreBusy as error:
            self._say(f"{display_line(error.message)}. An empty line tries again.")

    def _tell(self, item: RatingItem) -> None:
        self._say("")
        self._say(words.heading(self.state))
        for title, text in words.parts(item):
            self._say(words.part(title, text))
        for line in words.entered(self.state):
            self._say(line)

    def _read(self) -> str:
        # Bytes that are no text come as lone surrogates, which no file and no table takes.
        typed = self._read_line().strip().encode("utf-8", "replace").decode()
        self.state.touch(monotonic())
        if monotonic() - self._looked > self._look_after:
            self._serve()
        return typed

    # What is typed

    def _obey(self, typed: str) -> None:
        if not typed:
            self._enter()
            return
        command = words.command(typed, self.state.task.mode)
        if command is None and not self._value(typed):
            self._say(f"{display_line(typed, 40)} is nothing that can be typed here. Type help for what can.")
        elif command is not None:
            self._do(command)

    def _value(self, typed: str) -> bool:
        """Take a value or a choice; return whether it was one."""
        state = self.state
        if isinstance(state, CompareState):
            shown = words.shown(typed)
            if shown is not None:
                state.choose(shown)
            elif typed.isdecimal():
                state.set_strength(int(typed[:2]))
            else:
                return False
        elif typed.lstrip("-").isdecimal() and len(typed) < 6:
            state.set_value(int(typed))
        else:
            return False
        self._keep()
        return True

    def _do(self, command: Command) -> None:
        state = self.state
        match command:
            case Command.QUIT:
                self._over = True
            case Command.BACK:
                if not state.back():
                    self._say("This is the first one.")
            case Command.NEXT:
                if not state.forward():
                    self._say("This one is not rated yet. Type skip to pass it over.")
            case Command.UNDO:
                state.undo()
                self._keep()
            case Command.FLAG:
                state.toggle_flag()
                self._say("Flagged for a second look." if state.entry.flagged else "No longer flagged.")
                self._keep()
            case Command.COMMENT:
                self._comment()
            case Command.SKIP:
                self._skip()
            case Command.LEVELS:
                self._levels()
            case Command.HELP:
                for line in words.help_lines(state):
                    self._say(line)
            case _:
                self._repeat(command)

    def _repeat(self, command: Command) -> None:
        """Say the texts again, or one of them."""
        item = self.state.item
        parts = words.parts(item) if item else []
        wanted = [part for part in parts if command is Command.AGAIN or part[0].lower() == command.value]
        for title, text in wanted:
            self._say(words.part(title, text))
        if not wanted:
            self._say("There is no such text here.")

    def _levels(self) -> None:
        for title, lines in rubric_sections(self.state.task.rubric.criteria):
            self._say(title)
            for value, text in lines:
                self._say(f"{value}: {text}")

    def _comment(self) -> None:
        if self.state.entry.comment:
            self._say(f"Your comment so far: {display_line(self.state.entry.comment, 500)}")
        self._say("Type a comment on one line. An empty line leaves it as it is, a single dash takes it away.")
        typed = self._read()
        if typed:
            self.state.set_comment("" if typed == "-" else typed)
            self._say("Kept." if typed != "-" else "Taken away.")
            self._keep()

    def _skip(self) -> None:
        self._say("Why? Type a number or a reason of your own. An empty line does not skip.")
        for number, reason in enumerate(SKIP_REASONS, 1):
            self._say(f"{number}: {reason}")
        typed = self._read()
        if typed.isdecimal() and 1 <= int(typed) <= len(SKIP_REASONS):
            typed = SKIP_REASONS[int(typed) - 1]
        if typed and not typed.isdecimal():
            self._save(" ".join(typed.split()))
        else:
            self._say("Not skipped.")

    # Saving

    def _keep(self) -> None:
        state = self.state
        if state.item_id is None:
            return
        try:
            self._desk.save_draft(state.task.study_id, state.item_id, state.draft())
        except (UserError, OSError) as error:
            said = error.message if isinstance(error, UserError) else error.strerror or str(error)
            self._say(f"What you entered is not on disk: {display_line(said, 100)}. Ask for help before you leave.")

    def _enter(self) -> None:
        if self.state.lost:
            self._serve()
        if self.state.enter() is Enter.SAVE:
            self._save(None)

    def _save(self, skipped: str | None, *, again: bool = False) -> None:
        """Put the verdict on disk; only then go on. An item whose time has run out is asked for once more."""
        try:
            verdict = self._give(skipped)
        except Outdated as error:
            if again:
                self._say(f"{display_line(error.message)}. What you entered is kept in case it comes back.")
                self.state.forward()
            else:
                self._serve()
                self._save(skipped, again=True)
        except UserError as error:
            # Such as a study that was closed a moment ago: what holds now comes with the next look.
            self._say(f"Not saved: {display_line(error.message)}")
            self._serve()
        else:
            self._saved(verdict)

    def _give(self, skipped: str | None) -> Verdict:
        state = self.state
        if state.item_id is None or state.item is None:
            raise UsageError("there is nothing to save here")
        comment, flagged, seconds = state.entry.comment, state.entry.flagged, state.seconds
        if isinstance(state, CompareState):
            choices = {} if skipped else state.choices
            return self._desk.save_preference(
                state.task, state.item, choices, comment=comment, flagged=flagged, seconds=seconds, skipped=skipped
            )
        values = {} if skipped else state.values
        return self._desk.save(
            state.task, state.item_id, values, comment=comment, flagged=flagged, seconds=seconds, skipped=skipped
        )

    def _saved(self, verdict: Verdict) -> None:
        state, item = self.state, self.state.item
        new = state.record(verdict)
        self._say("Skipped." if verdict.skipped else "Saved.")
        self._deliver()
        if new and item is not None and item.practice:
            self._known(item)
        elif new and state.can_guess:
            self._guess(verdict.item_id)
        state.go_on(new)
        self._told = None
        self._serve()

    def _deliver(self) -> None:
        try:
            self._desk.deliver(PATIENCE)
        except StoreBusy:
            self._say("The store is busy. Your verdict is on disk and is delivered later.")

    def _known(self, item: RatingItem) -> None:
        """Say what is known of a training item, and after the last one how far off one was."""
        task = self.state.task
        answer = self._desk.known_answer(task.study_id, item.item_id)
        if answer is not None:
            for line in words.known_lines(answer, task, item.shown_first):
                self._say(line)
        report = self._desk.practice_report(task.study_id)
        if task.practice and len(report) == task.practice:
            rows = known.spreads(report, task)
            self._say(known.spread_summary(report, rows))
            for row in rows:
                self._say(f"{row.name}: {known.spread_words(row)}.")

    def _guess(self, item_id: str) -> None:
        labels = self.state.task.options.guess
        self._say("Who do you think wrote it? Type a number, 0 if you cannot tell. An empty line leaves it open.")
        for number, label in enumerate(labels, 1):
            self._say(f"{number}: {display_line(label, 60)}")
        typed = self._read()
        if typed.isdecimal() and int(typed) <= len(labels):
            number = int(typed)
            self._desk.save_guess(self.state.task, item_id, labels[number - 1] if number else None)
