"""A stand-in for a mail server, as quick as Python can be one: `python -m benchmarks.post_room PORT FILE`.

It takes whatever comes, keeps no text, and writes of each message its Message-ID and when it came, one line each.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO

ANSWERS = {
    b"EHLO": b"250-post-room\r\n250 PIPELINING\r\n", b"HELO": b"250 post-room\r\n", b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n", b"RSET": b"250 OK\r\n", b"NOOP": b"250 OK\r\n",
}  # fmt: skip


class Conversation(asyncio.Protocol):
    """What is said over one connection."""

    def __init__(self, book: TextIO) -> None:
        self._book = book
        self._came = b""
        self._is_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
        self._transport = transport
        transport.write(b"220 post-room\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole line; of a text, its end."""
        self._came += data
        while True:
            if self._is_text:
                text, end, rest = self._came.partition(b"\r\n.\r\n")
                if not end:
                    return
                self._came, self._is_text = rest, False
                self._note(text)
                self._transport.write(b"250 OK\r\n")
                continue
            line, end, rest = self._came.partition(b"\r\n")
            if not end:
                return
            self._came = rest
            verb = line[:4].upper()
            if verb == b"DATA":
                self._is_text = True
                self._transport.write(b"354 Go on\r\n")
            elif verb == b"QUIT":
                self._transport.write(b"221 Goodbye\r\n")
                self._transport.close()
            else:
                self._transport.write(ANSWERS.get(verb, b"502 No such thing\r\n"))

    def _note(self, text: bytes) -> None:
        begin = text.index(b"Message-ID: ") + len(b"Message-ID: ")
        message_id = text[begin : text.index(b"\r\n", begin)].decode()
        self._book.write(f"{message_id} {time.time()}\n")


async def serve(port: int, path: Path) -> None:
    """Take messages for ever."""
    with path.open("w", encoding="ascii", buffering=1) as book:
        server = await asyncio.get_running_loop().create_server(lambda: Conversation(book), "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
