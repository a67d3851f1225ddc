"""How this process ends: with the one that started it, whatever either is doing."""

import os
import select
import signal
import sys
import threading
import time

from .kinds import FREE, closed

# Seconds in which environments are closed once the other side has gone; it waits no longer either.
GRACE = 2.0


def die_with_parent():
    """On Linux the system ends this process with its parent, also where the interpreter does not get to run."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    except (ImportError, OSError, AttributeError):
        return
    parent = os.environ.get("PGEX_PARENT")
    if parent is not None and os.getppid() != int(parent):
        os._exit(0)


def watch(requests):
    """Ends the process some time after the other side has gone: the main thread may be in the middle of a step."""

    def wait():
        poll = select.poll()
        poll.register(requests, 0)  # a closed pipe is told to a poll that waits for nothing else
        poll.poll()
        time.sleep(GRACE)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def close_all(batches):
    """Closes all environments, in batches or kept for later ones."""
    for batch in batches:
        batch.close()
    while FREE:
        closed(FREE.pop()[1])
