"""Two faults at once: the twenty likeliest pairs, each with why it is likely."""

from .row import Row

PAIRS: tuple[Row, ...] = ()
