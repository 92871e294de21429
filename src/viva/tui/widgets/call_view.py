"""A call to a judge: the prompt word for word, the raw reply, and what was made of it."""

from viva.present import judge_verdicts as words
from viva.records.judging import ReadCall
from viva.tui.widgets.panes import Panes

TITLES = ("Prompt", "Reply", "What was made of it")


class CallView(Panes):
    """Three texts; what a judge said is never rendered, for it is read to find out what it said."""

    def __init__(self) -> None:
        super().__init__(TITLES)

    def show(self, read: ReadCall) -> None:
        """Show another call from its beginning."""
        prompt, reply, made = (self.pane(number) for number in (1, 2, 3))
        prompt.show(words.prompt_text(read), empty="(no prompt)")
        reply.show(read.call.reply, empty="(no reply came)")
        made.show(words.outcome_text(read.call))
