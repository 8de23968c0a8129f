"""`python -m localcare` is the `localcare` command."""

from localcare.config.command_line import main

main()
