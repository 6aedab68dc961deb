"""Change the code at random, and count the changes that no test detects.

How to run:
    script/mutate          Try 200 random mutations. `--help` lists the options.
    script/mutate --again  Try those again that survived the last run.
    pytest tests/mutation  Test the tool itself.

A mutation is killed if a test fails because of it. The tests of a mutation are those
that run the changed line, as one run of all tests has recorded. A line that runs only
during the import is read by the lines that use its names; their tests are taken.

Everything runs in a copy of the working tree below `.cache/mutation`. The contexts are
kept there as long as the mutated code stays the same.

Modules:
    __main__    Command line.
    mutations   The mutations of a file, and the selection at random.
    mentions    The tests that share a word with a mutated line.
    names       The lines that use the names of a statement.
    tree        The copy of the working tree, and pytest in it.
    lines       The lines that run in a process, for each test.
    contexts    The tests that run a line, the most promising first.
    plugin      The plugin of pytest: run the selected tests, record their durations.
    runner      Try a mutation.
    report      Verdicts, equivalent mutations and the summary.

`equivalent.toml` lists mutations that change no behavior, with the reason.
`results/mutations.md` is the page of the last complete run, written with `--out`.

No existing tool fits: mutmut and pytest-gremlins mutate functions only, and much of
this code is tables. cosmic-ray changes files in place, and runs the same tests for each
mutation. None selects at random.
"""
