"""What the exit codes of `localcare` mean."""

DONE = 0
FAILED = 1
WRONG_USAGE = 2  # given by the parser of the command line
FOUND_PROBLEMS = 3
INTERRUPTED = 130

MEANINGS = {
    DONE: "done",
    FAILED: "failed: the last line says why and what to do",
    WRONG_USAGE: "the command was typed wrongly",
    FOUND_PROBLEMS: "looked, and found problems: in the data, in the audit trail or in the installation",
    INTERRUPTED: "interrupted with Ctrl-C",
}
