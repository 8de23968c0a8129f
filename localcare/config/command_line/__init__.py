"""The `localcare` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process with one of the exit codes of `exits`."""
    from localcare.config.command_line.application import application

    application(prog_name="localcare")
