"""Environments that give what they did not declare, or remember what they should not, for the tests of the bridge."""

import gymnasium
import numpy
from gymnasium import spaces


class Plain(gymnasium.Env):
    observation_space = spaces.Box(-1, 1, (2,), numpy.float32)
    action_space = spaces.Discrete(2)
    gain = 1.0

    def draw(self):
        return self.np_random.uniform(-1, 1, 2).astype(numpy.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.t = 0
        return self.draw(), {}

    def step(self, action):
        self.t += 1
        return self.draw(), self.gain * float(action), False, False, {}


class Says(Plain):
    """Says a symbol of a finite set, or of none (SB3#1797)."""

    observation_space = spaces.Discrete(3)
    says = 1.0

    def draw(self):
        return self.says if self.says % 1 else int(self.says)


class Starts(Says):
    observation_space = spaces.Discrete(3, start=5)
    says = 6.0


class Several(Says):
    """The same in one of two places."""

    observation_space = spaces.MultiDiscrete([2, 3])

    def draw(self):
        return numpy.array([1, self.says])


class Bits(Says):
    observation_space = spaces.MultiBinary(2)

    def draw(self):
        return numpy.array([1, self.says])


class Tree(Says):
    """The same in a part; the part may be missing."""

    observation_space = spaces.Dict({"where": spaces.Discrete(3), "how": spaces.Box(-1, 1, (2,), numpy.float32)})
    absent = False

    def draw(self):
        how = numpy.zeros(2, numpy.float32)
        return {"how": how} if self.absent else {"where": super().draw(), "how": how}


class NanAt(Plain):
    """What is not a number at step 7 (VecCheckNan)."""

    where = "observation"

    def step(self, action):
        observation, reward, *rest = super().step(action)
        if self.t == 7:
            bad = numpy.array([0, numpy.nan if self.where == "observation" else numpy.inf], numpy.float32)
            observation, reward = (observation, numpy.nan) if self.where == "reward" else (bad, reward)
        return observation, reward, *rest


class Gives(Plain):
    """Rewards, flags and steps of other types (stable-baselines#283), once it is told so."""

    kind = "number"

    def step(self, action):
        observation, reward, ended, cut, info = super().step(action)
        match self.kind:
            case "array":
                reward = numpy.array([reward])
            case "list":
                reward = [reward]
            case "none":
                reward = None
            case "text":
                reward = "1.0"
            case "whole":
                reward = numpy.int64(2)
            case "flat":
                reward = numpy.array(2.0, numpy.float32)
            case "four":
                return observation, reward, ended, info
            case "ended":
                ended = None
            case "cut":
                cut = numpy.array([False])
            case "seen":
                observation = ["a", "b"]
            case "ragged":
                observation = [[1], [2, 3]]
            case "outside":
                observation = observation + 7
            case "info":
                info = None
        return observation, reward, ended, cut, info


class Counts(Plain):
    """Remembers how many episodes it played: a curriculum (Gymnasium#256, #1084)."""

    observation_space, episodes = spaces.Box(0, 1e6, (1,), numpy.float32), 0

    def reset(self, *, seed=None, options=None):
        self.episodes += 1
        return super().reset(seed=seed)

    def draw(self):
        return numpy.array([self.episodes], numpy.float32)


class Seeded(Plain):
    """Draws from a generator that its constructor seeds."""

    def __init__(self):
        self.own = numpy.random.default_rng(3)

    def draw(self):
        return self.own.uniform(-1, 1, 2).astype(numpy.float32)


class Walks(Plain):
    """Walks through its data, an episode from where the last one ended."""

    data, at = numpy.random.default_rng(0).uniform(-1, 1, (1000, 2)).astype(numpy.float32), 0

    def draw(self):
        self.at += 1
        return self.data[self.at % len(self.data)]


class Still(Plain):
    """Begins always at one place; a wrapper normalises what is seen by all that was seen."""

    def draw(self):
        return numpy.array([0.5, 0.1 * self.t], numpy.float32)


class LargeMean(Plain):
    """Seconds since 1970 (openai/baselines#586)."""

    observation_space = spaces.Box(0, 1e12, (1,), numpy.float64)

    def draw(self):
        return numpy.array([1.7e9 + getattr(self, "t", 0)])


def normalised(**how):
    return gymnasium.wrappers.NormalizeObservation(Still(**how))


kinds = (Says, Starts, Several, Bits, Tree, NanAt, Gives, Counts, Seeded, Walks, LargeMean)
for kind in kinds:
    gymnasium.register(f"value/{kind.__name__}-v0", entry_point=kind, max_episode_steps=10)
gymnasium.register("value/Normalised-v0", entry_point=normalised, max_episode_steps=10)
