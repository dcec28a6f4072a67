"""Commands as processes of their own without starting Python for each: a server imports bpcli once and forks.

    python forks.py        a job a line on standard input, its outcome a line on standard output

A job is `{"command", "folder", "out", "err", "addresses", "seconds", "patience"}`: the command line, where it stands,
the files that its streams go to, and the limits of its address space (bytes), of its processor time and of the clock
(seconds). Its outcome is
`{"code", "memory"}`: the exit code, negative for a signal, and the most memory in use (as the system counts it).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import sys
from typing import Any, NoReturn

import bpcli


def child(job: dict[str, Any]) -> NoReturn:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (job["addresses"], job["addresses"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"]))
    signal.alarm(job["patience"])  # of the clock, for what waits for ever
    os.chdir(job["folder"])
    sys.argv = ["bpcli", *job["command"]]
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, job["out"], os.O_WRONLY | os.O_CREAT),
        (2, job["err"], os.O_WRONLY | os.O_CREAT),
    ):
        os.dup2(os.open(name, flags), number)
    from bpcli.__main__ import main

    try:
        main()
    except SystemExit as ended:
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
    os._exit(0)


def serve() -> None:
    # What commands import is imported here, once for all of them.
    for module in pkgutil.walk_packages(bpcli.__path__, "bpcli."):
        if module.name != "bpcli.__main__":
            importlib.import_module(module.name)
    for line in sys.stdin:
        job = json.loads(line)
        process = os.fork()
        if process == 0:
            child(job)
        _, status, usage = os.wait4(process, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "memory": usage.ru_maxrss}), flush=True)


if __name__ == "__main__":
    serve()
