"""Spaces: what is seen becomes a vector, what is done comes from one."""

import numpy
from gymnasium import spaces

from .messages import Refusal


def text_of(numbers):
    """Float64 numbers as hexadecimal digits, exact also for infinities."""
    return numpy.asarray(numbers, ">f8").tobytes().hex()


def numbers_of(text):
    return numpy.frombuffer(bytes.fromhex(text), ">f8").astype("<f8")


def box_encoder(shape):
    def put(value, row):
        if getattr(value, "shape", None) != shape:
            value = numpy.asarray(value)
            if value.shape != shape:
                raise Refusal("lied", f"an observation of shape {shape}", f"shape {value.shape}")
        row[:] = value if len(shape) == 1 else value.reshape(-1)

    return put


def one_hot_encoder(counts, starts):
    offsets = numpy.concatenate(([0], numpy.cumsum(counts)[:-1])) - starts

    def put(value, row):
        row[:] = 0
        row[numpy.ravel(value) + offsets] = 1

    return put


def sequence_encoder(parts):
    """Of `(key, size, put)`, side by side."""

    def put(value, row):
        at = 0
        for key, size, part in parts:
            part(value[key], row[at : at + size])
            at += size

    return put


def seen(space, name="obs", top=True):
    """How observations of a space are told: its description, and the function that writes one into a row."""
    if isinstance(space, spaces.Box):
        size = int(numpy.prod(space.shape))
        exact = space.dtype == numpy.float32 or numpy.dtype(space.dtype).itemsize < 4
        low, high = (numpy.asarray(x, float).reshape(-1) for x in (space.low, space.high))
        names = [name] if size == 1 else [f"{name}[{i}]" for i in range(size)]
        return {"low": low, "high": high, "names": names, "exact": exact}, box_encoder(space.shape)
    if isinstance(space, spaces.Discrete):
        n, start = int(space.n), int(space.start)
        if top:

            def put(value, row):
                row[0] = value - start

            return {"n": n, "names": [str(i + start) for i in range(n)]}, put
        return unit_box(n, [f"{name}={i + start}" for i in range(n)]), one_hot_encoder([n], numpy.array([start]))
    if isinstance(space, spaces.MultiBinary):
        size = int(numpy.prod(space.shape))
        return unit_box(size, [f"{name}[{i}]" for i in range(size)]), box_encoder(space.shape)
    if isinstance(space, spaces.MultiDiscrete):
        counts, starts = space.nvec.reshape(-1), numpy.asarray(space.start).reshape(-1)
        names = [f"{name}[{i}]={k + starts[i]}" for i, n in enumerate(counts) for k in range(n)]
        return unit_box(len(names), names), one_hot_encoder(counts, starts)
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = [(key, *seen(part, f"{name}.{key}", False)) for key, part in items(space)]
        joined = {
            "low": numpy.concatenate([about["low"] for _, about, _ in parts]),
            "high": numpy.concatenate([about["high"] for _, about, _ in parts]),
            "names": [n for _, about, _ in parts for n in about["names"]],
            "exact": all(about["exact"] for _, about, _ in parts),
        }
        return joined, sequence_encoder([(key, len(about["low"]), put) for key, about, put in parts])
    raise Refusal("space", "Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple", f"{space} as a space")


def unit_box(size, names):
    return {"low": numpy.zeros(size), "high": numpy.ones(size), "names": names, "exact": True}


def items(space):
    return space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)


MOST_ACTIONS = 65536


def done(space):
    """How actions of a space are told, and the function from a row of numbers to an action."""
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return {"n": int(space.n), "names": [str(i + start) for i in range(space.n)]}, lambda row: int(row[0]) + start
    if isinstance(space, spaces.Box):
        about, _ = seen(space, "action")
        dtype, shape = space.dtype, space.shape
        if numpy.issubdtype(dtype, numpy.integer):
            return about, lambda row: numpy.rint(row).astype(dtype).reshape(shape)
        return about, lambda row: row.astype(dtype).reshape(shape)
    if isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary)):
        binary = isinstance(space, spaces.MultiBinary)
        counts = numpy.full(space.shape, 2) if binary else space.nvec
        start = 0 if binary else space.start
        n = product(counts.reshape(-1), space)
        several = tuple(counts.reshape(-1))

        def take(row):
            return (numpy.array(numpy.unravel_index(int(row[0]), several)).reshape(space.shape) + start).astype(
                space.dtype
            )

        names = [",".join(str(x) for x in take([i]).reshape(-1)) for i in range(n)]
        return {"n": n, "names": names}, take
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = [(key, *done(part)) for key, part in items(space)]
        if all("n" in about for _, about, _ in parts):
            counts = tuple(about["n"] for _, about, _ in parts)
            n = product(counts, space)

            def take(row):
                chosen = numpy.unravel_index(int(row[0]), counts)
                return together(space, [(key, take([k])) for (key, _, take), k in zip(parts, chosen)])

            return {"n": n, "names": [str(i) for i in range(n)]}, take
        if not any("n" in about for _, about, _ in parts):
            about, _ = seen(space, "action")
            ends = numpy.cumsum([len(about["low"]) for _, about, _ in parts])

            def take(row):
                rows = numpy.split(row, ends[:-1])
                return together(space, [(key, take(row)) for (key, _, take), row in zip(parts, rows)])

            return about, take
    raise Refusal("space", "actions all from finite sets, or all of numbers", f"{space} as action space")


def together(space, pairs):
    return dict(pairs) if isinstance(space, spaces.Dict) else tuple(value for _, value in pairs)


def product(counts, space):
    n = 1
    for count in counts:
        n *= int(count)
    if n > MOST_ACTIONS:
        raise Refusal("space", f"at most {MOST_ACTIONS} actions", f"{n} in {space}")
    return n


def described(about):
    if "n" in about:
        return {"n": about["n"], "names": about["names"]}
    dtype = "float32" if about["exact"] else "float64"
    return {"low": text_of(about["low"]), "high": text_of(about["high"]), "names": about["names"], "dtype": dtype}
