"""Ids and what they stand for."""

import ast
import importlib.metadata
import importlib.util
import os
import re
import sys
import traceback

import gymnasium

from .messages import Refusal

PACKAGES = ("highway_env", "mo_gymnasium", "metaworld", "gymnasium_robotics", "ale_py", "minigrid")

# Parts of Gymnasium by the folders of their environments.
EXTRAS = {"mujoco": "mujoco", "box2d": "box2d", "toy_text": "toy-text", "classic_control": "classic-control"}


# Ids that a module of the user's registered, by the module.
OWN = {}


def spec_of(id):
    """The specification of an id, also of `module:id`; packages that register ids when they are imported are."""
    module, _, name = id.rpartition(":")
    absent, broken = [], []
    if module:
        imported(module)
    for package in () if module else PACKAGES:
        if name in gymnasium.registry:
            break
        try:
            __import__(package)
        except ImportError as error:
            (absent if error.name == package else broken).append((package, str(error)))
        except Exception as error:
            broken.append((package, one_line(error)))
    try:
        spec = gymnasium.spec(name)
    except gymnasium.error.Error as error:
        fixes = [f"{package} cannot be imported: {why}" for package, why in broken]
        if absent:
            fixes.append(f"not installed, and may have it: {', '.join(package for package, _ in absent)}")
        raise Refusal("unknown", "an id that is registered", str(error), valid=known(module), fix="; ".join(fixes)) from error
    if spec.entry_point is None and not suite(id):
        raise Refusal("raised", "an id of single environments", f"{id}, which is of vectors only")
    return spec


def known(module):
    """Ids that can be given: those of a module with its name before them."""
    if module:
        return sorted(f"{module}:{name}" for name in OWN[module])
    return sorted(set(gymnasium.registry).difference(*OWN.values()))


def imported(module):
    """Imports a module that an id names; its ids are known by it from then on."""
    if module in OWN:
        return
    before = set(gymnasium.registry)
    where = look_here(module)
    try:
        importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and module.startswith(error.name):
            raise Refusal("no-package", f"a module {module}", str(error), fix=where) from error
        missing = absent_imports(module) or [error.name or "?"]
        told = "packages" if len(missing) > 1 else "package"
        want = f"the {told} {', '.join(missing)}, which the module {module} imports"
        raise Refusal("no-package", want, str(error), fix=f"install it for {sys.executable}") from error
    except (Exception, SystemExit) as error:
        raise Refusal("raised", f"a module {module} that can be imported", one_line(error)) from error
    added = set(gymnasium.registry) - before
    OWN[module] = added or {name for name, spec in gymnasium.registry.items() if module == module_of(spec)}


def look_here(module):
    """Lets a module be found in the folder that Python was started in, where it is nowhere else; tells where it is looked for.

    Installed packages come first, so that nothing in the folder stands for them. A run's folder is somebody's results.
    """
    here, top = os.getcwd(), module.partition(".")[0]
    usual = "it is looked for where Python looks for packages, and in PYTHONPATH"
    if os.path.exists(os.path.join(here, "run.json")):
        return f"{usual}, not in {here}, which is a run's folder"
    if os.environ.get("PGEX_PYTHON_HERE") == "no":
        return f"{usual}, not in {here}, since nobody but a run's file names it: --trust takes it from there"
    if getattr(sys.flags, "safe_path", False):
        return f"{usual}, not in {here}, since PYTHONSAFEPATH is set"
    if importlib.util.find_spec(top) is None and here not in sys.path:
        sys.path.append(here)
        importlib.invalidate_caches()
    return f"{usual}, and in {here}"


def absent_imports(module):
    """All that a module imports at its top and that is not there."""
    try:
        spec = importlib.util.find_spec(module)
        with open(spec.origin, encoding="utf8") as file:
            body = ast.parse(file.read()).body
    except (ImportError, OSError, SyntaxError, AttributeError, ValueError):
        return []
    names = []
    for part in body:
        if isinstance(part, ast.Import):
            names += [alias.name for alias in part.names]
        elif isinstance(part, ast.ImportFrom) and part.level == 0:
            names.append(part.module)
    tops = dict.fromkeys(name.partition(".")[0] for name in names)
    return [top for top in tops if top not in sys.modules and importlib.util.find_spec(top) is None]


def module_of(spec):
    entry = spec.entry_point
    return entry.partition(":")[0] if isinstance(entry, str) else getattr(entry, "__module__", None)


def one_line(error):
    """An exception on one line, with where it stands in a file that cannot be read as Python."""
    return " ".join("".join(traceback.format_exception_only(type(error), error)[-1:]).split())


def extra_of(spec):
    """Which part of Gymnasium's own an id is of, as pip calls it, and what of that is not installed."""
    entry = spec.entry_point
    folder = re.match(r"gymnasium\.envs\.(\w+)", entry if isinstance(entry, str) else "")
    extra = folder and EXTRAS.get(folder[1])
    if not extra:
        return None, []
    absent = []
    for text in importlib.metadata.requires("gymnasium") or []:
        name = re.match(r"[\w.-]+", text)
        if name and re.search(rf"extra == [\"']{extra}[\"']", text):
            try:
                importlib.metadata.version(name[0])
            except importlib.metadata.PackageNotFoundError:
                absent.append(name[0])
    return f"gymnasium[{extra}]", absent


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
