"""What can be wrong with a search besides its text (what a user types as a query is never an error).

::

    SearchError
    ├── BadFilter       a filter, order or page that means nothing; says which parameter and what would do
    ├── BadCursor       a cursor that is damaged or belongs to another search
    ├── CursorExpired   a sound cursor of a generation that is no longer live; search again from the first page
    └── NoSuchArticle   an id that no article of this generation has
"""

from __future__ import annotations


class SearchError(Exception):
    """The base of all errors of searching; ``code`` is its stable name outside."""

    code = "search_error"


class BadFilter(SearchError):
    """A parameter of the search has a value that means nothing.

    ``parameter`` is its name in the HTTP interface, ``value`` what was given.
    """

    code = "invalid_parameter"

    def __init__(self, parameter: str, value: object, message: str) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.value = value
        self.message = message


class BadCursor(SearchError):
    """A cursor that was changed on its way, or that continues another search than this one."""

    code = "bad_cursor"


class CursorExpired(SearchError):
    """A cursor of another generation: what it would continue is gone.

    ``generation`` is the one it was made in.
    """

    code = "cursor_expired"

    def __init__(self, generation: str) -> None:
        super().__init__(
            f"this cursor continues a search in generation {generation}, which is no longer live; search again"
        )
        self.generation = generation


class NoSuchArticle(SearchError):
    """No article of this generation has the id ``id``."""

    code = "article_not_found"

    def __init__(self, id: str) -> None:
        super().__init__(f"there is no article with the id {id!r}")
        self.id = id
