"""An SMTP server for tests; the file `listens` in its folder says that it does.

Mails are kept as 1, 2, … in the folder, also over a restart. Who a mail goes to decides what becomes of it: `later@` is told 451, `nobody@`
550, after the message `full@` 452 and `spam@` 554, and `silent@` nothing at all.
"""

import argparse
import asyncio
import itertools
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

REFUSED = {"later": "451 4.3.0 come back later", "nobody": "550 5.1.1 no such mailbox"}
REFUSED_AFTER = {"full": "452 4.2.2 the mailbox is full", "spam": "554 5.7.1 not that"}


class Handler:
    def __init__(self, folder: pathlib.Path, is_silent_at_the_end: bool):
        self.folder = folder
        self.is_silent_at_the_end = is_silent_at_the_end
        taken = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
        self.numbers = itertools.count(max(taken, default=0) + 1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name in REFUSED:
            return REFUSED[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        if self.is_silent_at_the_end:
            await asyncio.sleep(3600)
        return "221 Bye"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "silent":
            (self.folder / f"silent-{next(self.numbers)}").touch()
            await asyncio.sleep(3600)
        if name in REFUSED_AFTER:
            return REFUSED_AFTER[name]
        lines = [
            f"from {envelope.mail_from}",
            f"to {','.join(envelope.rcpt_tos)}",
            f"by {session.host_name}",
            f"encrypted {server.transport.get_extra_info('ssl_object') is not None}",
            f"user {session.auth_data.login.decode() if session.authenticated else '-'}",
        ]
        path = self.folder / f"{next(self.numbers)}"
        part = path.with_suffix(".part")
        part.write_bytes("\n".join(lines).encode() + b"\n\n" + envelope.original_content)
        part.rename(path)
        return "250 taken"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--encryption", choices=["starttls", "implicit", "none"], default="starttls")
    parser.add_argument("--silent-farewell", action="store_true")
    parser.add_argument("--user")
    parser.add_argument("--password")
    options = parser.parse_args()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.folder / "certificate.pem", options.folder / "key.pem")
    handler = Handler(options.folder, options.silent_farewell)

    def authenticate(server, session, envelope, mechanism, data):
        isRight = (data.login.decode(), data.password.decode()) == (options.user, options.password)
        return AuthResult(success=isRight, handled=False, auth_data=data)

    def make():
        return SMTP(
            handler,
            tls_context=context if options.encryption == "starttls" else None,
            require_starttls=options.encryption == "starttls",
            auth_required=options.user is not None,
            auth_require_tls=options.encryption == "starttls",
            authenticator=authenticate,
        )

    tls = context if options.encryption == "implicit" else None
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", options.port, ssl=tls)
    (options.folder / "listens").touch()
    await server.serve_forever()


asyncio.run(main())
