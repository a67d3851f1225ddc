"""Environments with their random generators."""

import numpy

from .given import begun
from .rewards import WEIGHT


def stream_text(state):
    inner = state["state"]
    return f"pcg64:{inner['state']:032x}:{inner['inc']:032x}:{state['has_uint32']}:{state['uinteger']:08x}"


def stream_state(text):
    _, state, increment, has, half = text.split(":")
    inner = {"state": int(state, 16), "inc": int(increment, 16)}
    return {"bit_generator": "PCG64", "state": inner, "has_uint32": int(has), "uinteger": int(half, 16)}


class Member:
    """One environment of a batch with its random generator.

    `mode` says what decides an episode: "generator" the environment's own generator alone, which then runs on from
    episode to episode; "seed" a seed for each, drawn from the member's generator; "nothing" neither.
    """

    def __init__(self, env, mode, weights):
        self.env, self.mode, self.weights = env, mode, weights
        self.info = {}
        self.first = None
        self.played = False

    def start(self, entropy, spawn):
        sequence = numpy.random.SeedSequence(entropy, spawn_key=spawn)
        self.generator = numpy.random.Generator(numpy.random.PCG64(sequence))
        self.state = self.generator.bit_generator.state
        if spawn:
            self.first = int(sequence.generate_state(1)[0] >> 1)
        else:
            self.first = sum(word << (32 * i) for i, word in enumerate(entropy))
        self.whole = not spawn

    def begin(self):
        """Begins an episode; the first one of a bare seed is Gymnasium's own `reset(seed=…)`."""
        self.state = self.generator.bit_generator.state
        self.played = True
        if self.first is not None:
            observation, self.info = begun(self.env, seed=self.first)
            self.first = None
            if self.whole or self.mode == "nothing":
                if self.mode == "generator":
                    self.generator = self.env.unwrapped.np_random
                return observation
        if self.mode == "generator":
            self.env.unwrapped.np_random = self.generator
            observation, self.info = begun(self.env)
        else:
            observation, self.info = begun(self.env, seed=int(self.generator.integers(2**31)))
        return observation

    def restart(self, text):
        self.generator = numpy.random.Generator(numpy.random.PCG64())
        self.generator.bit_generator.state = stream_state(text)
        self.first = None
        return self.begin()


def weights_of(params, size):
    return numpy.array([float(params.get(f"{WEIGHT}{i}", 1.0)) for i in range(size)])
