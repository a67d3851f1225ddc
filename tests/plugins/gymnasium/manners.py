"""Environments whose processes end in odd ways, or print much, for the tests of the bridge: `gymnasium:manners:life/Name-v0`."""

import ctypes
import os
import sys
import time

import gymnasium
import numpy
from gymnasium import spaces


class Plain(gymnasium.Env):
    """Ends after ten steps."""

    observation_space, action_space = spaces.Box(-1, 1, (2,), numpy.float32), spaces.Discrete(2)

    def __init__(self, note=""):
        self.note, self.gain, self.armed = note, 1.0, False

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.np_random.uniform(-1, 1, 2).astype(numpy.float32), {}

    def step(self, action):
        self.steps += 1
        reward = self.gain * float(action)
        observation = self.np_random.uniform(-1, 1, 2).astype(numpy.float32)
        return observation, reward, False, self.steps >= 10, {"pid": os.getpid()}


class Closes(Plain):
    """Leaves a note when it is closed."""

    def close(self):
        with open(self.note, "a") as file:
            file.write("closed\n")


class Slow(Closes):
    """Each step takes a fifth of a second, once it is armed; then it never ends, and says that it steps."""

    def step(self, action):
        if self.armed:
            print("a slow step", flush=True)
            self.steps = 0
            time.sleep(0.2)
        return super().step(action)


class Holds(Plain):
    """Keeps the interpreter to itself at its second step, as a library in C may do."""

    def step(self, action):
        if self.armed and self.steps > 0:
            ctypes.PyDLL(None).sleep(60)
        return super().step(action)


class Prints(Plain):
    """Prints on both streams, and much of it."""

    def step(self, action):
        for stream in (sys.stdout, sys.stderr):
            print("word " * 200, file=stream, flush=True)
        return super().step(action)


class Never(Plain):
    """Never ends, and has no time limit."""

    def step(self, action):
        return *super().step(action)[:3], False, {}


for kind in (Plain, Closes, Slow, Holds, Prints, Never):
    gymnasium.register(f"life/{kind.__name__}-v0", kind)
