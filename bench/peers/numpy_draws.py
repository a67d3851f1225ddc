"""NumPy: arrays of random draws from PCG64."""

import numpy
from timing import seconds_per_call


def draws(kind, count=100_000):
    """`count` draws a call into a fresh array. Unit: draws/s."""
    generator = numpy.random.default_rng(0)
    calls = {
        "random": lambda: generator.random(count),
        "standard_normal": lambda: generator.standard_normal(count),
        "integers": lambda: generator.integers(0, 10, count),
        "permutation": lambda: generator.permutation(count),
    }
    return lambda: count / seconds_per_call(calls[kind])
