"""The exceptions viva raises on purpose.

    VivaError
    ├── UserError              the person can mend it: shown as one line with a hint
    │   ├── UsageError         used wrongly (exit code 2)
    │   ├── NotFound           a name that the workspace does not hold
    │   ├── BadInput           a file, row or value that cannot be read
    │   ├── Outdated           somebody else has changed what was to be changed
    │   ├── Forbidden          not for somebody of this role
    │   ├── MissingExtra       a part of viva that is not installed
    │   └── StoreError
    │       ├── StoreBusy      another program holds results.duckdb
    │       ├── StoreNewer     results.duckdb was written by a newer viva
    │       └── StoreDamaged   results.duckdb cannot be opened
    └── JobError               a background job ended badly

Whatever is not a `UserError` is a fault of viva's own and surfaces as it is.
"""


class VivaError(Exception):
    """Base of everything viva raises on purpose."""


class UserError(VivaError):
    """Something the person can mend; `hint` says how."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(UserError):
    """A command or a form was filled in wrongly."""


class NotFound(UserError):
    """A dataset, model, study, job … of that name is not in the workspace."""


class BadInput(UserError):
    """A file, row or value cannot be understood."""


class Outdated(UserError):
    """What was to be changed has been changed by somebody else since it was read."""


class Forbidden(UserError):
    """Somebody of this role may not see or do it."""


class MissingExtra(UserError):
    """An optional part of viva is not installed."""


class StoreError(UserError):
    """The store could not do what was asked."""


class StoreBusy(StoreError):
    """Another program holds the database file; `pid` is its process id where known."""

    def __init__(self, message: str, hint: str = "", pid: int | None = None) -> None:
        super().__init__(message, hint)
        self.pid = pid


class StoreNewer(StoreError):
    """The database file was written by a newer version of viva."""


class StoreDamaged(StoreError):
    """The database file cannot be opened as a DuckDB database."""


class JobError(VivaError):
    """A background job ended without its result."""
