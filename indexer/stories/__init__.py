"""Stories: a page of one or several reports, cut into one piece each with its title."""

from indexer.stories.splitting import split

__all__ = ["split"]
