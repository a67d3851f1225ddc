"""Spaces: what is seen becomes a vector, what is done comes from one."""

import numpy
from gymnasium import spaces

from .messages import Refusal


def text_of(numbers):
    """Float64 numbers as hexadecimal digits, exact also for infinities."""
    return numpy.asarray(numbers, ">f8").tobytes().hex()


def numbers_of(text):
    return numpy.frombuffer(bytes.fromhex(text), ">f8").astype("<f8")


def shown(value):
    """A value in a message: on one line, and not all of a long one."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 100 else f"{text[:97]}…"


def lied(name, want, got, fix=""):
    """What is seen is not what its space says; `name` is that of the part."""
    whole = "an observation" if name == "obs" else f"{name[len('obs.') :]} of an observation"
    return Refusal("lied", f"{whole} {want}", got, **({"fix": fix} if fix else {}))


def box_encoder(shape, name):
    flat, ndarray = len(shape) == 1, numpy.ndarray

    def put(value, row):
        if value.__class__ is not ndarray or value.shape != shape or value.dtype.kind not in "fiub":
            value = numbers_of_shape(value, shape, name)
        row[:] = value if flat else value.reshape(-1)

    return put


def numbers_of_shape(value, shape, name):
    try:
        array = numpy.asarray(value)
    except ValueError as error:
        raise lied(name, f"of shape {shape}", shown(value)) from error
    if array.shape != shape:
        raise lied(name, f"of shape {shape}", f"shape {array.shape}" if array.shape else shown(value))
    if array.dtype.kind not in "fiub":
        raise lied(name, "of numbers", f"{shown(value)}, of type {array.dtype}")
    return array


def symbol(value, space, name):
    """The place of a symbol in a Discrete space, from 0."""
    number = value
    if value.__class__ is not int:
        number = value.item() if isinstance(value, (numpy.generic, numpy.ndarray)) and value.shape == () else value
        if isinstance(number, float) and number.is_integer():
            number = int(number)
    if not isinstance(number, int) or not space.start <= number < space.start + space.n:
        raise lied(name, f"in {space}", shown(value))
    return number - int(space.start)


def one_hot_encoder(space, name):
    def put(value, row):
        row[:] = 0
        row[symbol(value, space, name)] = 1

    return put


def several_encoder(space, name):
    """One-hot numbers of each symbol of a MultiDiscrete space, side by side."""
    counts, starts = space.nvec.reshape(-1), numpy.asarray(space.start).reshape(-1)
    offsets = numpy.concatenate(([0], numpy.cumsum(counts)[:-1]))

    def put(value, row):
        values = numbers_of_shape(value, space.nvec.shape, name).reshape(-1)
        places = values.astype(numpy.int64) - starts
        if ((places < 0) | (places >= counts) | (places + starts != values)).any():
            raise lied(name, f"in {space}", shown(value))
        row[:] = 0
        row[places + offsets] = 1

    return put


def binary_encoder(shape, name):
    put_numbers = box_encoder(shape, name)

    def put(value, row):
        put_numbers(value, row)
        if ((row != 0) & (row != 1)).any():
            raise lied(name, "of zeros and ones", shown(value))

    return put


def sequence_encoder(parts, space, name):
    """Of `(key, size, put)`, side by side."""

    def put(value, row):
        at = 0
        for key, size, part in parts:
            try:
                own = value[key]
            except (LookupError, TypeError) as error:
                want = f"with a part {key!r}" if isinstance(space, spaces.Dict) else f"of {len(parts)} parts"
                raise lied(name, want, shown(value)) from error
            part(own, row[at : at + size])
            at += size

    return put


def seen(space, name="obs", top=True):
    """How observations of a space are told: its description, and the function that writes one into a row."""
    if isinstance(space, spaces.Box):
        size = int(numpy.prod(space.shape))
        exact = space.dtype == numpy.float32 or numpy.dtype(space.dtype).itemsize < 4
        low, high = (numpy.asarray(x, float).reshape(-1) for x in (space.low, space.high))
        names = [name] if size == 1 else [f"{name}[{i}]" for i in range(size)]
        return {"low": low, "high": high, "names": names, "exact": exact}, box_encoder(space.shape, name)
    if isinstance(space, spaces.Discrete):
        n, start = int(space.n), int(space.start)
        if top:

            def put(value, row):
                row[0] = symbol(value, space, name)

            return {"n": n, "names": [str(i + start) for i in range(n)]}, put
        return unit_box(n, [f"{name}={i + start}" for i in range(n)]), one_hot_encoder(space, name)
    if isinstance(space, spaces.MultiBinary):
        size = int(numpy.prod(space.shape))
        return unit_box(size, [f"{name}[{i}]" for i in range(size)]), binary_encoder(space.shape, name)
    if isinstance(space, spaces.MultiDiscrete):
        counts, starts = space.nvec.reshape(-1), numpy.asarray(space.start).reshape(-1)
        names = [f"{name}[{i}]={k + starts[i]}" for i, n in enumerate(counts) for k in range(n)]
        return unit_box(len(names), names), several_encoder(space, name)
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = [(key, *seen(part, f"{name}.{key}", False)) for key, part in items(space)]
        joined = {
            "low": numpy.concatenate([about["low"] for _, about, _ in parts]),
            "high": numpy.concatenate([about["high"] for _, about, _ in parts]),
            "names": [n for _, about, _ in parts for n in about["names"]],
            "exact": all(about["exact"] for _, about, _ in parts),
        }
        return joined, sequence_encoder([(key, len(about["low"]), put) for key, about, put in parts], space, name)
    raise Refusal("space", "Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple", f"{space} as a space", fix=WRAP)


def unit_box(size, names):
    return {"low": numpy.zeros(size), "high": numpy.ones(size), "names": names, "exact": True}


def items(space):
    return space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)


WRAP = "a wrapper that gives another can be named behind the id: ?wrappers=module:Name"

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
    raise Refusal("space", "actions all from finite sets, or all of numbers", f"{space} as action space", fix=WRAP)


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
