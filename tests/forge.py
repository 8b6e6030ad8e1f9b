"""A python that has imported wz already and forks itself for each command.

What runs is a process of its own, with its own folder, environment, streams and session, and can be killed like any
other; only the start of python and the imports are saved. Started by the fixture `forge` with the path of a socket;
each connection asks for one command: three descriptors with one byte, then arguments, folder and environment as a line
of JSON. It is answered with the pid, and, once the command has ended, with its exit code (negative: the signal).
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import Any

_SPARED = ("git", "filelock", "holidays", "jsonschema", "jsonschema_rs", "ryaml", "tabulate", "wcwidth", "yaml")


def _import_all() -> None:
    import wz

    for module in pkgutil.walk_packages(wz.__path__, "wz."):
        if module.name != "wz.__main__" and not module.name.startswith("wz.locale"):
            importlib.import_module(module.name)
    for name in _SPARED:
        importlib.import_module(name)
    gc.freeze()  # else the first collection of every fork copies all this memory


def _serve(listening: socket.socket) -> None:
    """Start what is asked for; say so, and how it ended."""
    ended, tell = socket.socketpair()
    tell.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(tell.fileno())
    running: dict[int, socket.socket] = {}
    while True:
        ready = select.select([listening, ended], [], [])[0]
        if ended in ready:
            ended.recv(4096)
            _bury(running)
        if listening not in ready:
            continue
        connection, _address = listening.accept()
        _byte, streams, _flags, _address = socket.recv_fds(connection, 1, 3)
        with connection.makefile("rb") as lines:
            request = json.loads(lines.readline())
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for one in (listening, ended, tell, connection, *running.values()):
                one.close()
            _become(request, streams)
        for stream in streams:
            os.close(stream)
        running[pid] = connection
        connection.sendall(b"%d\n" % pid)


def _bury(running: dict[int, socket.socket]) -> None:
    """Say of each that has ended how it did."""
    with suppress(ChildProcessError):
        while (gone := os.waitpid(-1, os.WNOHANG))[0]:
            with running.pop(gone[0]) as connection, suppress(BrokenPipeError):  # nobody waits for its answer
                connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(gone[1]))


def _become(request: dict[str, Any], streams: list[int]) -> None:
    code: Any = 1
    try:
        os.setsid()
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
            os.close(stream)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        _open_streams()
        from wz.cli.main import run
        from wz.i18n import chosen_language

        os.environ["LANGUAGE"] = chosen_language()  # as at the import of wz.i18n
        code = run(request["arguments"])
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)


def _open_streams() -> None:
    """As python does when it starts: a terminal is written to line by line."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        former = getattr(sys, name)
        stream = open(number, mode, encoding=former.encoding, errors=former.errors, closefd=False)  # noqa: SIM115
        stream.reconfigure(line_buffering=name == "stderr" or stream.isatty())
        setattr(sys, name, stream)


if __name__ == "__main__":
    _import_all()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        _serve(listening)
