"""Environments made with parameters."""

import inspect
import json
import os
import sys
import traceback

import gymnasium
import numpy

from .messages import Refusal
from .registry import extra_of, imported, one_line, spec_of, suite
from .rewards import VELOCITY, WEIGHT, TargetVelocity, has_target


def is_plain(value):
    if isinstance(value, (bool, numpy.bool_, str)):
        return True
    return isinstance(value, (int, float, numpy.integer, numpy.floating)) and bool(numpy.isfinite(value))


def is_told(value):
    """Whether it can be told and set: a plain value, or a list of such."""
    return is_plain(value) or (isinstance(value, (list, tuple)) and len(value) > 0 and all(map(is_told, value)))


def plain(value):
    """As it is told: a list as the text of it."""
    if isinstance(value, (list, tuple)):
        return json.dumps(value, default=plain)
    return value.item() if isinstance(value, numpy.generic) else value


def listed(value):
    """What a text in brackets says as JSON; another value as it is."""
    if isinstance(value, str) and value[:1] == "[":
        try:
            return json.loads(value)
        except ValueError:
            pass
    return value


def like(value, default):
    """A value from outside as the Python type that is there."""
    if isinstance(default, (list, tuple)):
        return type(default)(listed(value)) if isinstance(listed(value), list) else value
    return int(value) if type(default) is int and type(value) is float and value.is_integer() else value


def declared(spec):
    """What an environment's constructor says of its arguments; None where it does not say."""
    entry = spec.entry_point
    try:
        creator = entry if callable(entry) else gymnasium.envs.registration.load_env_creator(entry)
        return dict(inspect.signature(creator).parameters)
    except Exception:
        return None  # what making the environment says of it is better


def check_arguments(id, spec, given):
    """Refuses misspelt and missing arguments before the constructor is called."""
    named, more, told = {}, False, declared(spec)
    for name, p in (told or {}).items():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            more = more or p.kind == p.VAR_KEYWORD
        else:
            named[name] = p
    known = {*named, *spec.kwargs, "max_episode_steps"}
    for name in given:
        if told is not None and name not in known and not more:
            raise Refusal("argument", "an argument of its constructor", name, valid=sorted(known - {"render_mode"}))
    for name, p in named.items():
        if p.default is p.empty and name not in given and name not in spec.kwargs:
            fix = f"say it with the id: gymnasium:{id}?{name}=…"
            raise Refusal("argument", f"an argument {name} for its constructor", "none", fix=fix)


def arguments(spec):
    """Keyword arguments of an environment's constructor that are plain values by default."""
    found = {name: p.default for name, p in (declared(spec) or {}).items()}
    if found.get("seed", 0) is None:
        found["seed"] = 0  # what is drawn while constructing is the same for all
    known = {**found, **spec.kwargs}
    return {name: v for name, v in known.items() if name != "render_mode" and is_told(v)}


def attributes(env):
    """Plain attributes of an environment: those of its classes, and its own."""
    inner = env.unwrapped
    kinds = [kind for kind in type(inner).__mro__ if kind not in gymnasium.Env.__mro__]
    found = {name: value for kind in reversed(kinds) for name, value in vars(kind).items()}
    found.update(getattr(inner, "__dict__", {}))
    shown = {name: v for name, v in found.items() if not name.startswith("_") and name != "render_mode"}
    return {name: plain(v) for name, v in shown.items() if is_plain(v)}


def settings(env):
    config = getattr(env.unwrapped, "config", None)
    if not isinstance(config, dict):
        return {}
    return {f"config.{name}": plain(v) for name, v in config.items() if is_plain(v)}


TOLD = set()


def tell_once(text):
    if text not in TOLD:
        TOLD.add(text)
        print(f"WARNING: {text}", file=sys.stderr)


def take_warnings(spec):
    """MuJoCo writes its warnings to a file in the working folder unless someone takes them."""
    if "mujoco" in str(spec.entry_point):
        try:
            import mujoco
        except ImportError:
            return  # what making the environment says of it is better
        mujoco.set_mju_user_warning(tell_once)


def wrappers_of(given, own):
    """Takes `wrappers` out of an id's arguments, if they are none of the environment's: `module:Name,…`, innermost first."""
    if "wrappers" not in given or "wrappers" in own:
        return []
    found = []
    for text in str(given.pop("wrappers")).split(","):
        module, _, name = text.strip().rpartition(":")
        if module:
            imported(module)
        wrapper = getattr(sys.modules[module or "gymnasium.wrappers"], name, None)
        if not callable(wrapper):
            valid = f"a wrapper of {module or 'gymnasium.wrappers'}"
            raise Refusal("raised", valid, f"{text.strip()!r}", fix="say wrappers=module:Name")
        found.append(wrapper)
    return found


def not_made(id, spec, error):
    """Why there is no such environment, in a sentence."""
    if os.environ.get("PGEX_TRACE") == "1":
        traceback.print_exception(type(error), error, error.__traceback__)
    if not isinstance(error, (ImportError, gymnasium.error.DependencyNotInstalled)):
        return Refusal("raised", f"{id} to be made", one_line(error))
    extra, absent = extra_of(spec)
    if extra is None:
        return Refusal("no-package", f"what {id} needs", str(error))
    needs = f"the packages {', '.join(absent)} for {id}" if absent else f"what {id} needs"
    return Refusal("no-package", needs, " ".join(str(error).split()), package=f"'{extra}'")


# An episode that nothing else ends is cut after so many steps: `limitOf` of envs/env.ts says the same.
MOST_STEPS = 10_000


def without_limit(spec, given):
    """Whether neither the id nor its arguments have a time limit."""
    return spec.max_episode_steps is None and given.get("max_episode_steps") is None


def construct(id, fixed, params):
    """An environment with these parameters: the constructor's arguments, entries of its `config`, or attributes."""
    spec = spec_of(id)
    given, overrides, config = {name: listed(value) for name, value in fixed.items()}, {}, {}
    if names := suite(id):
        spec = spec_of("Meta-World/MT1")
        given.setdefault("env_name", names[0])
    known = {**arguments(spec), **({"env_name": ""} if names else {})}
    around = wrappers_of(given, declared(spec) or {})
    if "seed" in known:
        given.setdefault("seed", known["seed"])
    targeted = has_target(fixed, known)
    if targeted:
        del given["target"]
    for name, value in params.items():
        if name.startswith(WEIGHT) or (targeted and name == VELOCITY):
            continue
        if name.startswith("config."):
            config[name[len("config.") :]] = value
        elif name in known or name in given:
            given[name] = like(value, given[name] if name in given else known[name])
        else:
            overrides[name] = value
    if config:
        base = {**spec.kwargs.get("config", {}), **given.get("config", {})}
        given["config"] = {**base, **config}
    check_arguments(id, spec, given)
    take_warnings(spec)
    if without_limit(spec, given):
        given["max_episode_steps"] = MOST_STEPS
    try:
        env = gymnasium.make(spec, disable_env_checker=True, **given)
    except Exception as error:
        raise not_made(id, spec, error) from error
    for name, value in overrides.items():
        try:
            setattr(env.unwrapped, name, like(value, getattr(env.unwrapped, name, value)))
        except Exception as error:
            raise Refusal("raised", f"an attribute {name} of {id} that can be {value!r}", one_line(error)) from error
    for wrapper in around:
        try:
            env = wrapper(env)
        except Exception as error:
            raise Refusal("raised", f"{id} to be wrapped by {wrapper.__name__}", one_line(error)) from error
    return TargetVelocity(env, float(params.get(VELOCITY, 1.0))) if targeted else env
