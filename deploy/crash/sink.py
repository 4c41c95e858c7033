"""An SMTP server that remembers every mail that it took, with answers that depend on the seed."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from typing import Callable

from fates import Fate, fate
from ledger import Delivery, Ledger
from moments import HOLD, Moments

# The moments of a conversation in which a worker can be killed: the server waits for the mail; it has taken the mail
# and not said so; it has just said so.
IN_DATA, TAKEN, SAID = "in-data", "taken", "said"
HEADER = re.compile(r"^(Message-ID|X-Correlation-ID|Subject): (.*?)\r?$", re.MULTILINE)


class Sink:
    """Listens on a port for each life of each worker, so that every mail tells which life has brought it."""

    def __init__(self, seed: str, ledger: Ledger, moments: Moments):
        self.seed, self.ledger, self.moments = seed, ledger, moments
        self.attempts: Counter[str] = Counter()
        self.talking: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.servers: list[asyncio.Server] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="sink", daemon=True)

    def __enter__(self) -> Sink:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        async def close() -> None:
            for server in self.servers: server.close()
            others = [it for it in asyncio.all_tasks() if it is not asyncio.current_task()]
            for task in others: task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def open(self, life: str) -> int:
        """The port for one life of a worker."""
        async def listen() -> int:
            server = await asyncio.start_server(lambda *ends: self.serve(life, *ends), "127.0.0.1", 0, backlog=64)
            self.servers.append(server)
            return server.sockets[0].getsockname()[1]

        return asyncio.run_coroutine_threadsafe(listen(), self.loop).result(10)

    async def serve(self, life: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talking[life] += 1
        try:
            await Conversation(self, life, reader, writer).run()
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the worker was killed, or the sink closes; what was taken before is in the ledger
        finally:
            self.talking[life] -= 1
            writer.close()


class Conversation:
    """One conversation, from the greeting to the end."""

    def __init__(self, sink: Sink, life: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.sink, self.life, self.reader, self.writer = sink, life, reader, writer
        self.recipient = ""

    async def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def run(self) -> None:
        await self.say("220 sink")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "replace").strip()
            verb = command[:4].upper()
            if verb == "QUIT":
                return await self.say("221 bye")
            if verb == "DATA":
                if not await self.take(): return
            elif verb == "RCPT":
                await self.say(self.recognize(command))
            else:
                await self.say("250 sink")

    def recognize(self, command: str) -> str:
        """The answer to a recipient, whose fate is drawn anew at each attempt."""
        self.recipient = command[command.index("<") + 1 : command.rindex(">")]
        self.sink.attempts[self.recipient] += 1
        self.fate = fate(self.sink.seed, self.recipient, self.sink.attempts[self.recipient])
        if self.fate in (Fate.DEFER_RECIPIENT, Fate.REFUSE_RECIPIENT):
            self.sink.answers[self.fate.value] += 1
            return "450 4.2.1 come back later" if self.fate is Fate.DEFER_RECIPIENT else "550 5.1.1 nobody here"
        return "250 fine"

    async def take(self) -> bool:
        """Takes the mail, or not; whether the conversation goes on."""
        await self.say("354 go on")
        await self.reach(IN_DATA)
        text = (await self.reader.readuntil(b"\r\n.\r\n")).decode("utf-8", "replace")
        await asyncio.sleep(self.fate.pause(self.recipient))
        self.sink.answers[self.fate.value] += 1
        if self.fate is Fate.VANISH:
            return False
        if self.fate in (Fate.DEFER_MAIL, Fate.REFUSE_MAIL):
            await self.say("451 4.3.0 not at the moment" if self.fate is Fate.DEFER_MAIL else "554 5.7.1 not this one")
            return True
        fields = {name: value.strip("<>") for name, value in HEADER.findall(text.partition("\r\n\r\n")[0])}
        message = fields["Message-ID"].partition("@")[0]
        correlation, subject = fields.get("X-Correlation-ID", ""), fields["Subject"]
        self.sink.ledger.add(Delivery(message, self.recipient, correlation, subject, self.life, time.monotonic()))
        await self.reach(TAKEN)
        await self.say("250 taken")
        await self.reach(SAID)
        return True

    async def reach(self, moment: str) -> None:
        """Waits for whoever wants to kill the worker here, without keeping others from talking."""
        watch = self.sink.moments.reach(moment, self.life)
        if watch:
            wait: Callable[[float], bool] = watch.released.wait
            await asyncio.get_running_loop().run_in_executor(None, wait, HOLD)
