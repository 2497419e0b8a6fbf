"""Errors, named by what the caller should do about them.

The command line maps them to exit statuses: `ConfigError` and `InputError` end with 2 (the user
mends something), everything else with 1 (the run failed). `RetryableError` is the only kind that
a flow tries again.
"""


class SpanferryError(Exception):
    """Base of every error that spanferry raises on purpose."""


class ConfigError(SpanferryError):
    """The configuration is wrong; the text names the key, the value and what is allowed."""


class MissingExtraError(ConfigError):
    """A backend needs a package that is not installed; the text names the extra to install."""


class RetryableError(SpanferryError):
    """A failure that may pass by itself (a server that is busy, a full disk being cleaned)."""


class AccountingError(SpanferryError):
    """Records or spans went missing between two stages: `read != published + rejected`."""


class BadRecordsError(ConfigError):
    """The input holds records that cannot be used; the text lists the first ones."""


class InputError(SpanferryError):
    """Bad input, with the place where it stands.

    Attributes:
        reason: a short code that is counted and published (`bad_tag`, `bad_offset`, ...).
        detail: one sentence for a human.
        origin: `file:line`, or another address of the input (`dataset row 17`).
        raw: the offending input as text, as far as there is one; `rejected/` keeps it.
    """

    def __init__(self, reason: str, detail: str, *, origin: str = "", raw: str = "") -> None:
        self.reason = reason
        self.detail = detail
        self.origin = origin
        self.raw = raw
        super().__init__(f"{origin}: {detail} [{reason}]" if origin else f"{detail} [{reason}]")
