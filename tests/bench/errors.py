"""What ends a run of the bench before its time."""


class BenchError(Exception):
    """A measurement could not be carried out."""
