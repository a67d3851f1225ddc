"""Environments whose arguments are of all kinds, for the tests of the bridge; what they reward tells what they were given."""

import gymnasium
import numpy
from gymnasium import spaces


class Told(gymnasium.Env):
    observation_space = spaces.Box(-1, 1, (2,), numpy.float32)
    action_space = spaces.Discrete(2)

    def __init__(self, goal, name="x", size=3, corners=(1, 2), deep=None):
        assert type(size) is int and type(corners) is tuple, (size, corners)
        self._worth = {"goal": goal, "name": len(name), "size": size, "corners": sum(corners), "deep": deep}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return numpy.zeros(2, numpy.float32), {}

    def step(self, action):
        worth = self._worth
        deep = sum(map(sum, worth["deep"])) if worth["deep"] else 0
        goal = worth["goal"] if isinstance(worth["goal"], (int, float)) else len(worth["goal"])
        reward = goal + 10 * worth["name"] + 100 * worth["size"] + 1000 * worth["corners"] + 10000 * deep
        return numpy.zeros(2, numpy.float32), float(reward), False, False, {}


class Strange(Told):
    """Sees a text beside its numbers, as a mission is."""

    observation_space = spaces.Dict({"mission": spaces.Text(9), "where": spaces.Box(-1, 1, (2,), numpy.float32)})

    def __init__(self):
        super().__init__(0)

    def reset(self, *, seed=None, options=None):
        return {"mission": "go", "where": super().reset(seed=seed)[0]}, {}

    def step(self, action):
        where, *rest = super().step(action)
        return {"mission": "go", "where": where}, *rest


class Where(gymnasium.ObservationWrapper):
    def __init__(self, env):
        super().__init__(env)
        self.observation_space = env.observation_space["where"]

    def observation(self, observation):
        return observation["where"]


class Breaks(gymnasium.Wrapper):
    def __init__(self, env):
        raise ValueError("not around this")


for kind in (Told, Strange):
    gymnasium.register(f"argument/{kind.__name__}-v0", entry_point=kind, max_episode_steps=10)
