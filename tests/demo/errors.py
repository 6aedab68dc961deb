"""What ends the demo before its time."""


class DemoError(Exception):
    """A step did not work; the message is one line that tells the user why."""
