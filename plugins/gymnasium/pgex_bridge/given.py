"""What a step gives beside what is seen, as it was declared: a number, or components of one, two flags, an info."""

import numpy

from .messages import Refusal
from .spaces import shown


STEP_GIVES = ("observation", "reward", "terminated", "truncated", "info")


def moved(env, action):
    """The five values of a step."""
    given = env.step(action)
    if given.__class__ is not tuple or len(given) != 5:
        given = parts(given, "step", STEP_GIVES)
    return given


def begun(env, **how):
    """What is seen first, and the info beside it."""
    given = env.reset(**how)
    if given.__class__ is not tuple or len(given) != 2:
        given = parts(given, "reset", ("observation", "info"))
    return given


def parts(given, name, want):
    if isinstance(given, (tuple, list)) and len(given) == len(want):
        return given
    got = f"{len(given)} values" if isinstance(given, (tuple, list)) else shown(given)
    fix = "it is written for another Gymnasium: see its migration guide"
    raise Refusal("lied", f"{', '.join(want)} of {name}()", got, fix=fix)


def number(value):
    """A reward."""
    if isinstance(value, (float, int, numpy.floating, numpy.integer, numpy.bool_)):
        return value
    if isinstance(value, numpy.ndarray) and value.shape == () and value.dtype.kind in "fiub":
        return value
    got = f"an array of shape {value.shape}, {shown(value)}" if isinstance(value, numpy.ndarray) else shown(value)
    raise Refusal("lied", "a number as reward", got, fix="give float(reward)")


def components(value, size):
    """A reward of several components."""
    try:
        array = numpy.asarray(value)
    except ValueError:
        array = None
    if array is None or array.shape != (size,) or array.dtype.kind not in "fiub":
        raise Refusal("lied", f"{size} numbers as reward, by its reward_space", shown(value))
    return array


def flag(name, value):
    """Whether an episode ends."""
    if isinstance(value, (bool, numpy.bool_)) or (isinstance(value, (int, numpy.integer)) and value in (0, 1)):
        return bool(value)
    if isinstance(value, numpy.ndarray) and value.shape == () and value.dtype.kind == "b":
        return bool(value)
    raise Refusal("lied", f"true or false as {name}", shown(value))


def numbers_in(info, prefix=""):
    """Plain numbers of an info by name; those of a nested one with a dot between."""
    found = {}
    if not isinstance(info, dict):
        raise Refusal("lied", "a dict as info", shown(info))
    for name, value in info.items():
        if isinstance(value, dict):
            found.update(numbers_in(value, f"{prefix}{name}."))
        elif isinstance(value, (bool, int, float, numpy.generic)) or getattr(value, "shape", None) == ():
            try:
                number = float(value)
            except (TypeError, ValueError):
                continue
            if numpy.isfinite(number):
                found[f"{prefix}{name}"] = number
    return found
