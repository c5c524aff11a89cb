"""The end of a process: first it says that it is going, then it ends.

Whoever shares out the requests asks ``/readyz`` every few seconds. A service that closes its door the moment it is
told to end turns away what comes in between; so it says that it is going, and serves on for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Draining:
    """Whether the process has been told to end, and the time it gives itself."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.begun = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Take note of SIGTERM while this lasts, and hand it on to the server when the time is over.

        A second SIGTERM is handed on at once. Outside the main thread signals cannot be watched, and are not; nor
        where no server waits for them.
        """
        before = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(before):
            yield
            return
        loop = asyncio.get_running_loop()
        hand_on = before

        def told(number: int, frame: FrameType | None) -> None:
            again, self.begun = self.begun, True
            if again or self.seconds == 0:
                hand_on(number, frame)
            else:
                loop.call_soon_threadsafe(loop.call_later, self.seconds, hand_on, number, frame)

        signal.signal(signal.SIGTERM, told)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


class LastAnswers:
    """Asks clients, once the process is going, to come back over another connection."""

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self.app = app
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._draining.begun:
            await self.app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, closing)
