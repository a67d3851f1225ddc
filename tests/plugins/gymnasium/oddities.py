"""Environments with odd spaces, rewards and manners, for the tests of the bridge."""

import os
import sys
import time

import gymnasium
import numpy
from gymnasium import spaces


class Counting(gymnasium.Env):
    """Counts steps; ends after four."""

    observation_space = spaces.Box(-100, 100, (2,), numpy.float64)
    action_space = spaces.Discrete(3, start=-1)

    def __init__(self, start=0.0, label="plain"):
        self.start, self.label, self.bonus = start, label, 0.0

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        self.noise = self.np_random.random()
        return self.seen(), {}

    def seen(self):
        return numpy.array([self.start + self.steps, self.noise])

    def step(self, action):
        self.steps += 1
        info = {"success": self.steps == 4, "pid": os.getpid(), "nested": {"action": action}, "text": "no number"}
        return self.seen(), float(action) + self.bonus, self.steps >= 4, False, info


class Shapes(Counting):
    """A tree of spaces on both sides."""

    observation_space = spaces.Dict(
        {
            "box": spaces.Box(0, 255, (2, 2), numpy.uint8),
            "which": spaces.Discrete(3, start=5),
            "pair": spaces.Tuple((spaces.MultiBinary(2), spaces.MultiDiscrete([2, 3]))),
        }
    )
    action_space = spaces.Dict({"a": spaces.MultiDiscrete([2, 3]), "b": spaces.MultiBinary(1)})

    def seen(self):
        pair = (numpy.array([1, 0], numpy.int8), numpy.array([1, 2]))
        return {"box": numpy.array([[1, 2], [3, self.steps]], numpy.uint8), "which": 6, "pair": pair}

    def step(self, action):
        self.steps += 1
        a, b = action["a"], action["b"]
        assert self.action_space.contains(action), action
        return self.seen(), float(100 * a[0] + 10 * a[1] + b[0]), False, self.steps >= 3, {}


class Vectors(Counting):
    """Rewards of two components, actions of numbers."""

    action_space = spaces.Tuple((spaces.Box(-1, 1, (2,)), spaces.Box(0, 5, (1,), numpy.int64)))
    reward_space = spaces.Box(-10, 10, (2,))

    def step(self, action):
        _, _, terminated, _, info = super().step(0)
        numbers, whole = action
        return self.seen(), numpy.array([numbers[0], whole[0]], numpy.float32), terminated, False, info


class Own(Counting):
    """Has a generator of its own, which `reset(seed=…)` seeds."""

    def reset(self, seed=None, options=None):
        if seed is not None:
            self.own = numpy.random.default_rng(seed + 1)
        super().reset(seed=seed)
        self.noise = self.own.random()
        return self.seen(), {}


class Clock(Counting):
    """Sees the time."""

    def seen(self):
        return numpy.array([self.start + self.steps, time.perf_counter() % 100])


class Manners(Counting):
    """Misbehaves at the second step once it is armed."""

    def __init__(self, manner="prints"):
        super().__init__()
        self.manner, self.armed = manner, False

    def step(self, action):
        result = super().step(action)
        if self.armed and self.steps == 2:
            print("about to", self.manner)
            sys.stdout.flush()
            os.write(1, b"written to standard output\n")
            print("last words", file=sys.stderr)
            match self.manner:
                case "raises":
                    raise ValueError("no more of this")
                case "dies":
                    os._exit(3)
                case "hangs":
                    time.sleep(60)
                case "spins":
                    while True:
                        pass
                case "grows":
                    return (numpy.zeros(3), *result[1:])
        return result


class Wide(Counting):
    """More actions than one can list."""

    action_space = spaces.MultiBinary(40)


class Sized(Counting):
    """Sees as much as it is told to."""

    def __init__(self, size=2):
        super().__init__()
        self.observation_space = spaces.Box(-100, 100, (size,), numpy.float64)

    def seen(self):
        return numpy.full(self.observation_space.shape, float(self.steps))


class Image(Counting):
    """Sees so much that answers do not go through a pipe."""

    observation_space = spaces.Box(0, 255, (84, 84, 4), numpy.uint8)
    whole = numpy.arange(84 * 84 * 4).reshape(84, 84, 4)

    def seen(self):
        return ((self.whole + self.steps + int(1000 * self.noise)) % 251).astype(numpy.uint8)


class Text(Counting):
    observation_space = spaces.Text(5)


class Demanding(Counting):
    """Wants to be told what to do."""

    def __init__(self, task):
        super().__init__(label=task)


class Herd(Counting):
    """Tells how many of its kind are open."""

    _alive = 0

    def __init__(self, start=0.0):
        super().__init__(start)
        Herd._alive += 1

    def close(self):
        Herd._alive -= 1

    def step(self, action):
        return (*super().step(action)[:4], {"alive": Herd._alive})


class Needy(Counting):
    """Needs what nobody has."""

    def __init__(self):
        raise gymnasium.error.DependencyNotInstalled("Rocks is not installed")


gymnasium.register("odd/Endless-v0", entry_point=Counting)
for kind in (Demanding, Herd, Needy, Counting, Shapes, Vectors, Own, Clock, Manners, Wide, Sized, Image, Text):
    gymnasium.register(f"odd/{kind.__name__}-v0", entry_point=kind, max_episode_steps=50)
