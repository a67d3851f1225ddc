"""What is known of an id: its spaces, its parameters, and what decides its episodes."""

import json
import sys
import time
import traceback

import gymnasium
import numpy

from .given import begun, components, flag, moved, number
from .making import arguments, attributes, construct, declared, listed, plain, settings, without_limit
from .members import Member, stream_text
from .messages import Refusal
from .registry import spec_of, suite
from .rewards import VELOCITY, WEIGHT, has_target, reward_size
from .spaces import described, done, seen

KINDS = {}

# Environments that no batch has, with what they were made of; the one that has waited longest is the first.
FREE = []
MOST_FREE = 256

PROBE_SECONDS = 0.1


class Kind:
    """An id with fixed arguments: its spaces, and what decides its episodes."""

    def __init__(self, id, fixed):
        self.id, self.fixed = id, fixed
        self.tasks = suite(id)
        env = construct(id, fixed, {})
        self.seen, self.put = seen(env.observation_space)
        self.done, self.take = done(env.action_space)
        self.spaces = signature(env)
        self.width = 1 if "n" in self.seen else len(self.seen["low"])
        self.acts = 1 if "n" in self.done else len(self.done["low"])
        self.dtype = numpy.dtype("<f4" if self.seen.get("exact", True) else "<f8")
        self.rewards = reward_size(env)
        told = self.describe(env)
        self.mode = ""
        self.release({}, env, False)
        self.step_seconds = float("inf")
        self.mode = next((m for m in ("generator", "seed") if self.repeats(m)), "nothing")
        self.description = {**told, "step": min(self.step_seconds, 1e6), "repeats": self.mode}

    def describe(self, env):
        """What is told of it, but for what only playing shows."""
        spec = spec_of("Meta-World/MT1" if self.tasks else self.id)
        known = {**arguments(spec), **({"env_name": self.tasks[0]} if self.tasks else {})}
        targeted = has_target(self.fixed, known)
        own = declared(spec) or {}
        fixed = {name: listed(v) for name, v in self.fixed.items() if name in own or name in known}
        known = {**known, **fixed}
        parameters = {**attributes(env), **settings(env), **known}
        parameters.update({f"{WEIGHT}{i}": 1.0 for i in range(self.rewards)})
        if targeted:
            parameters[VELOCITY] = 1.0
        frames = (getattr(env.unwrapped, "metadata", None) or {}).get("render_fps")
        return {
            "observation": described(self.seen),
            "action": described(self.done),
            "parameters": {name: plain(v) for name, v in parameters.items()},
            "arguments": list(known),
            "whole": [name for name, v in parameters.items() if type(v) is int],
            "tasks": {"parameter": "env_name", "values": self.tasks} if self.tasks else None,
            "steps": next(iter(list(limits(env))[1 if without_limit(spec, self.fixed) else 0 :]), None),
            "seconds": 1 / frames if isinstance(frames, (int, float)) and frames > 0 else None,
            "rewards": self.rewards,
            "versions": versions_of(env.unwrapped),
        }

    def key(self, params):
        return json.dumps([self.id, self.fixed, params], sort_keys=True)

    def acquire(self, params, fresh=False):
        """An environment that no batch has; a fresh one has not been played, as one is that remembers its past."""
        key, fresh = self.key(params), fresh or self.mode == "nothing"
        for place in reversed(range(len(FREE))):
            if FREE[place][0] == key and not (fresh and FREE[place][2]):
                return FREE.pop(place)[1]
        env = construct(self.id, self.fixed, params)
        found = signature(env)
        if found != self.spaces:
            raise Refusal("space", f"the same spaces in all tasks: {self.spaces}", found)
        return env

    def release(self, params, env, played):
        if played and self.mode == "nothing":
            closed(env)
            return
        FREE.append((self.key(params), env, played))
        if len(FREE) > MOST_FREE:
            closed(FREE.pop(0)[1])

    def repeats(self, mode):
        """Whether two environments with different pasts give one episode, to the bit: one has played more."""
        traces = []
        for past in (0, 1):
            env = self.acquire({}, fresh=True)
            try:
                trace = self.trial(env, mode, past)
            except AttributeError:
                trace = None
            finally:
                self.release({}, env, True)
            if trace is None:
                return False
            traces.append(trace)
        one, other = traces
        return all(numpy.array_equal(a, b, equal_nan=True) for a, b in zip(one, other))

    def trial(self, env, mode, past):
        """What a short episode shows after a past."""
        member = Member(env, mode, None)
        actions = numpy.random.default_rng(0)
        row = numpy.zeros(self.width)
        try:
            begun(env, seed=past)
            for _ in range(past):
                self.play(env, actions, row, [])
                begun(env)
            member.restart(stream_text(numpy.random.PCG64(1).state))
            self.put(member.begin(), row)
            trace = [row.copy()]
            self.play(env, numpy.random.default_rng(1), row, trace)
        except Refusal as refusal:
            refusal.place = {"trial": True}
            raise
        return trace

    def play(self, env, actions, row, trace):
        """Some steps by random actions; what they show goes to the trace."""
        end = time.perf_counter() + PROBE_SECONDS
        for _ in range(16):
            action = self.random_action(actions)
            start = time.perf_counter()
            observation, reward, terminated, truncated, _ = moved(env, action)
            self.step_seconds = min(self.step_seconds, time.perf_counter() - start)
            self.put(observation, row)
            reward = components(reward, self.rewards) if self.rewards else number(reward)
            trace.append(numpy.append(row, reward))
            if flag("terminated", terminated) or flag("truncated", truncated) or time.perf_counter() > end:
                break

    def random_action(self, generator):
        if "n" in self.done:
            return self.take(numpy.array([float(generator.integers(self.done["n"]))]))
        low, high = self.done["low"], self.done["high"]
        middle = numpy.clip(0, low, high)
        return self.take(generator.uniform(numpy.maximum(low, middle - 1), numpy.minimum(high, middle + 1)))


def closed(env):
    try:
        env.close()
    except Exception:
        traceback.print_exc()


def versions_of(unwrapped):
    """What an id means depends on the versions of what it is made of."""
    module = type(unwrapped).__module__.split(".")[0]
    told = {gymnasium, numpy, sys.modules[module]}
    if hasattr(unwrapped, "mujoco_renderer"):
        told.add(sys.modules["mujoco"])
    return ", ".join(sorted(f"{m.__name__} {getattr(m, '__version__', '?')}" for m in told))


def signature(env):
    """What tasks must have in common; bounds of what is seen may differ."""
    about, _ = seen(env.observation_space)
    size = f"{about['n']} states" if "n" in about else f"{len(about['low'])} numbers"
    return f"{size} seen, actions {env.action_space}"


def limits(env):
    """Time limits of the wrappers, outermost first."""
    while isinstance(env, gymnasium.Wrapper):
        steps = getattr(env, "_max_episode_steps", None)
        if steps is not None:
            yield steps
        env = env.env


def kind_of(id, fixed):
    key = json.dumps([id, fixed], sort_keys=True)
    if key not in KINDS:
        KINDS[key] = Kind(id, fixed)
    return KINDS[key]
