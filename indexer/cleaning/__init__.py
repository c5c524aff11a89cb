"""Cleaning: which lines of a page are the article's own, and which are the page's furniture."""

from indexer.cleaning.page import STAYS, Line, Page, assemble, clean

__all__ = ["STAYS", "Line", "Page", "assemble", "clean"]
