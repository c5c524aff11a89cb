"""What the service itself can refuse, each with its HTTP status and the stable code that it is told by.

::

    ServiceError
    ├── Busy             503   no thread became free in time (service.pool)
    └── …                      every module that refuses something defines its own below this
"""

from __future__ import annotations

from collections.abc import Mapping


class ServiceError(Exception):
    """The base: ``status`` and ``code`` belong to the kind, ``detail`` and ``headers`` to the case."""

    status = 500
    code = "internal_error"

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
