"""The one reason for which a file or a line of one is refused."""

from __future__ import annotations


class Unreadable(Exception):
    """A file, or a line of one, cannot be taken; the message says why and, where it can, what to do.

    It never leaves this package: it becomes a ``Refusal`` with the file and the line beside it.
    """
