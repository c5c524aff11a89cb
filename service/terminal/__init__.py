"""Answers and articles on a terminal, for eyes; plain text when piped."""

from service.terminal.answer import render
from service.terminal.article import render_article, render_explanation
from service.terminal.facets import LINES

__all__ = ["LINES", "render", "render_article", "render_explanation"]
