"""The command line: ``fupin index``, ``fupin search`` and the rest.

Results go to stdout, messages to stderr; with ``--json`` stdout holds one JSON object and nothing else. Exit
codes: 0 done, 1 failed, 2 wrong usage, 3 published but some inputs were refused. What a command needs is imported
inside it, so that ``fupin --help`` is there at once.
"""

from service.cli.commands import app, main

__all__ = ["app", "main"]
