"""Ids and what they stand for."""

import gymnasium

from .messages import Refusal

PACKAGES = ("highway_env", "mo_gymnasium", "metaworld", "gymnasium_robotics", "ale_py", "minigrid")


def spec_of(id):
    """The specification of an id, also of `module:id`; packages that register ids when they are imported are."""
    module, _, name = id.rpartition(":")
    absent, broken = [], []
    for package in [module] if module else PACKAGES:
        if name in gymnasium.registry:
            break
        try:
            __import__(package)
        except ImportError as error:
            if module:
                fix = "it is looked for where Python looks for packages, and in PYTHONPATH"
                raise Refusal("no-package", f"a module {module}", str(error), fix=fix) from error
            (absent if error.name == package else broken).append((package, str(error)))
    try:
        spec = gymnasium.spec(name)
    except gymnasium.error.Error as error:
        fixes = [f"{package} cannot be imported: {why}" for package, why in broken]
        if absent:
            fixes.append(f"not installed, and may have it: {', '.join(package for package, _ in absent)}")
        valid = sorted(gymnasium.registry)
        raise Refusal("unknown", "an id that is registered", str(error), valid=valid, fix="; ".join(fixes)) from error
    if spec.entry_point is None and not suite(id):
        raise Refusal("raised", "an id of single environments", f"{id}, which is of vectors only")
    return spec


def suite(id):
    """Names of the tasks of a Meta-World benchmark, which is registered as a vector; each is MT1 of its name."""
    prefix, _, name = id.partition("/")
    if prefix != "Meta-World" or name not in ("MT10", "MT25", "MT50"):
        return []
    try:
        from metaworld import env_dict
    except ImportError as error:
        raise Refusal("no-package", "the package metaworld", str(error), package="metaworld") from error
    return list(getattr(env_dict, f"{name}_V3"))
