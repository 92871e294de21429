"""The form for a dataset of the Hugging Face hub."""

from dataclasses import dataclass, fields

from viva.present import datasets

NOTE = "Rows are read as they come from the hub, and no further than needed."


@dataclass(frozen=True)
class HubForm:
    """What was typed, without the white space around it."""

    hub_id: str = ""
    name: str = ""
    config: str = ""
    hub_split: str = ""
    limit: str = ""
    question: str = ""
    reference: str = ""

    @property
    def rows(self) -> int | None:
        """How many rows at most."""
        number = self.limit.replace(",", "").replace(" ", "")
        return int(number) if number.isascii() and number.isdigit() else None

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are named."""
        named = {"question": self.question, "reference": self.reference}
        return {word: column for word, column in named.items() if column}

    def problem(self) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        if not self.hub_id:
            return "hub_id", "Type the id of a dataset, such as tatsu-lab/alpaca"
        if not self.name:
            return "name", "Give the dataset a name"
        if self.limit and not self.rows:
            return "limit", "At most how many rows: a whole number from 1, or nothing for all"
        return None


FIELDS = tuple(field.name for field in fields(HubForm))


def suggested_name(hub_id: str) -> str:
    """Return a dataset name made of an id on the hub."""
    return datasets.suggested_name(hub_id)
