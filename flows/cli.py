"""The command line. Exit status: 0 done, 1 the run failed, 2 the input or the config is wrong."""

from __future__ import annotations

import os
import sys

import typer

from spanferry.data.errors import ConfigError, InputError, SpanferryError
from spanferry.flows import commands
from spanferry.flows.console import errors_console, set_up_logging

_INTERRUPTED = 130

app = typer.Typer(
    name="spanferry",
    help="Carries the labels of a corpus to other languages: translate, align, project, publish.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.register(app)


def main() -> None:
    """Run the command line and turn errors into messages and exit statuses."""
    set_up_logging()
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    try:
        app()
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # what typer makes of Ctrl-C
            errors_console().print("stopped; the same command goes on from here", markup=False)
        raise
    except (ConfigError, InputError) as error:
        errors_console().print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(2)
    except SpanferryError as error:
        errors_console().print(f"failed: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        text = f"failed: {place}{error.strerror or error}; the same command goes on from here"
        errors_console().print(text, style="red", markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
