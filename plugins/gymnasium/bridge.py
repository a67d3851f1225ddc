"""Steps Gymnasium environments for the process that holds the other ends of its standard input and output.

Parsed by older Pythons too, which it refuses: the rest is in pgex_bridge. Needs nothing but gymnasium and what gymnasium
itself needs. A message is four little-endian 32-bit words (mark, kind, bytes that follow, batch) and these bytes: JSON
for CALL, numbers for RESET and STEP. Every request has one answer. Whatever an environment prints goes to standard error.
When its standard input is closed the process closes its environments, and ends.
"""

import json
import os
import sys
import traceback

# Its own modules are found wherever it stands, and shadow none of the environments'.
HERE = os.path.dirname(os.path.abspath(__file__))
WRITES_BYTECODE = not sys.dont_write_bytecode
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from pgex_bridge.messages import CALL, FAILED, HEADER, MARK, RESET, STEP, Refusal

REQUESTS, ANSWERS = os.dup(0), os.dup(1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)


def send(kind, payload, batch=0):
    write(HEADER.pack(MARK, kind, len(payload), batch) + payload)


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(ANSWERS, view) :]


def receive():
    """One request; nothing once the other side has gone."""
    data = os.read(REQUESTS, 65536)
    while len(data) < HEADER.size:
        more = os.read(REQUESTS, 65536)
        if not more:
            return None
        data += more
    mark, kind, size, batch = HEADER.unpack_from(data)
    if mark != MARK:
        sys.exit("what came is no request")
    missing = HEADER.size + size - len(data)
    while missing > 0:
        more = os.read(REQUESTS, min(missing, 1 << 20))
        if not more:
            return None
        data += more
        missing -= len(more)
    return kind, data, batch


if sys.version_info < (3, 10):
    older = "Python " + sys.version.split()[0] + ", " + sys.executable
    fix = "say where a newer one is by --python PATH or PGEX_PYTHON"
    refusal = {"reason": "no-python", "want": "Python 3.10 or newer", "got": older, "fix": fix}
    send(FAILED, json.dumps(refusal).encode())
    sys.exit(0)

try:
    import gymnasium

    from pgex_bridge.batches import Batch
    from pgex_bridge.kinds import kind_of
    from pgex_bridge.life import close_all, die_with_parent, watch
except ImportError as missing:
    refusal = {"reason": "no-gymnasium", "want": "the package gymnasium", "got": str(missing)}
    send(FAILED, json.dumps(refusal).encode())
    sys.exit(0)

sys.path[:] = [path for path in sys.path if path != HERE]
sys.dont_write_bytecode = not WRITES_BYTECODE

BATCHES = {}


def describe(request):
    return kind_of(request["id"], request["fixed"]).description


def open_batch(request):
    kind, number = kind_of(request["id"], request["fixed"]), request["batch"]
    BATCHES[number] = Batch(number, kind, request["members"], request["shared"], request["fresh"])
    return {}


def close(request):
    BATCHES.pop(request["batch"]).close()
    return {}


def save(request):
    return {"streams": BATCHES[request["batch"]].saved(request["from"], request["to"])}


def load(request):
    BATCHES[request["batch"]].load(request["from"], request["standings"])
    return {}


def anew(request):
    return {"seen": BATCHES[request["batch"]].anew(request["from"], request["streams"])}


def infos(request):
    return {"infos": BATCHES[request["batch"]].infos()}


CALLS = {
    "describe": describe,
    "open": open_batch,
    "close": close,
    "save": save,
    "load": load,
    "anew": anew,
    "infos": infos,
}


def call(request):
    if request["do"] not in CALLS:
        raise Refusal("lied", "a request of this version", str(request["do"]))
    return CALLS[request["do"]](request)


def answer(parts):
    for part in parts:
        write(part)


def place_of(error):
    """Which member of a batch it was, and whether in a step or a reset, where that is known."""
    return getattr(error, "place", {})


def serve():
    for kind, data, number in iter(receive, None):
        try:
            if kind == STEP:
                answer(BATCHES[number].step(data))
            elif kind == RESET:
                answer(BATCHES[number].reset())
            else:
                send(CALL, json.dumps(call(json.loads(data[HEADER.size :]))).encode(), number)
        except Refusal as refusal:
            send(FAILED, json.dumps(dict(place_of(refusal), **refusal.data)).encode(), number)
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            got = "".join(traceback.format_exception_only(error)).strip()
            failure = dict(place_of(error), reason="raised", want="an environment that does not raise", got=got)
            send(FAILED, json.dumps(failure).encode(), number)


if __name__ == "__main__":
    die_with_parent()
    watch(REQUESTS)
    hello = {"protocol": 1, "python": sys.version.split()[0], "gymnasium": gymnasium.__version__}
    send(CALL, json.dumps(hello).encode())
    serve()
    close_all(list(BATCHES.values()))
    os._exit(0)
