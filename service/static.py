"""Files that never change under one address: what carries a mark of its content may be kept for ever."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, max-age=0, must-revalidate"


class VersionedFiles(StaticFiles):
    """The files of a folder; those asked for with ``?v=`` are kept by browsers for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 304, 404, 405."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            marked = "v" in parse_qs(scope["query_string"].decode("latin-1"))
            response.headers["Cache-Control"] = FOR_EVER if marked else ASK_AGAIN
        return response
