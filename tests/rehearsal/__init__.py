"""Rehearse a release: build it in a clone, install it as users do, and run it.

`script/nightly rehearse` runs it. It takes the last commit of this checkout.

Modules:
    __main__       Command line.
    commands       Run a command, and create environments.
    release        Build the files of a release in a clone.
    checks         Check the files, the types, the library and the integration.

The programs of a user are in `tests/library/programs`.

The judges of types are mypy and pyright, in the form of basedpyright: the package
`pyright` on PyPI needs Node.js on the machine, and basedpyright brings it along.
"""
