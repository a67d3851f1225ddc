"""Steps Gymnasium environments for the process that holds the other ends of its standard input and output.

Needs nothing but gymnasium and what gymnasium itself needs. A message is four little-endian 32-bit words (mark, kind,
bytes that follow, batch) and these bytes: JSON for CALL, numbers for RESET and STEP. Every request has one answer.
Whatever an environment prints goes to standard error; the process ends when its standard input is closed.
"""

import hashlib
import inspect
import json
import mmap
import os
import select
import struct
import sys
import threading
import time
import traceback

REQUESTS, ANSWERS = os.dup(0), os.dup(1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)

MARK = 0x58454750
CALL, RESET, STEP = 0, 1, 2
FAILED = 255
HEADER = struct.Struct("<4I")


def send(kind, payload, batch=0):
    write(HEADER.pack(MARK, kind, len(payload), batch) + payload)


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(ANSWERS, view) :]


def receive():
    """One request; nothing once the other side has gone."""
    data = os.read(REQUESTS, 65536)
    while len(data) < HEADER.size:
        more = os.read(REQUESTS, 65536)
        if not more:
            return None
        data += more
    mark, kind, size, batch = HEADER.unpack_from(data)
    if mark != MARK:
        sys.exit("what came is no request")
    missing = HEADER.size + size - len(data)
    while missing > 0:
        more = os.read(REQUESTS, min(missing, 1 << 20))
        if not more:
            return None
        data += more
        missing -= len(more)
    return kind, data, batch


def end_with_the_other_side():
    """Even in the middle of a step: a closed pipe is told to a poll that waits for nothing else."""
    poll = select.poll()
    poll.register(REQUESTS, 0)
    poll.poll()
    os._exit(0)


class Refusal(Exception):
    """What cannot be done, in the words of the message that a person sees."""

    def __init__(self, reason, want, got, **more):
        super().__init__(f"want {want}, got {got}")
        self.data = {"reason": reason, "want": want, "got": got, **more}


try:
    import numpy
    import gymnasium
    from gymnasium import spaces
except ImportError as missing:
    answer = {"reason": "no-gymnasium", "want": "the package gymnasium", "got": str(missing)}
    send(FAILED, json.dumps(answer).encode())
    sys.exit(0)


# Spaces: what is seen becomes a vector, what is done comes from one.


def text_of(numbers):
    """Float64 numbers as hexadecimal digits, exact also for infinities."""
    return numpy.asarray(numbers, ">f8").tobytes().hex()


def numbers_of(text):
    return numpy.frombuffer(bytes.fromhex(text), ">f8").astype("<f8")


def box_encoder(shape):
    def put(value, row):
        if getattr(value, "shape", None) != shape:
            value = numpy.asarray(value)
            if value.shape != shape:
                raise Refusal("lied", f"an observation of shape {shape}", f"shape {value.shape}")
        row[:] = value if len(shape) == 1 else value.reshape(-1)

    return put


def one_hot_encoder(counts, starts):
    offsets = numpy.concatenate(([0], numpy.cumsum(counts)[:-1])) - starts

    def put(value, row):
        row[:] = 0
        row[numpy.ravel(value) + offsets] = 1

    return put


def sequence_encoder(parts):
    """Of `(key, size, put)`, side by side."""

    def put(value, row):
        at = 0
        for key, size, part in parts:
            part(value[key], row[at : at + size])
            at += size

    return put


def seen(space, name="obs", top=True):
    """How observations of a space are told: its description, and the function that writes one into a row."""
    if isinstance(space, spaces.Box):
        size = int(numpy.prod(space.shape))
        exact = space.dtype == numpy.float32 or numpy.dtype(space.dtype).itemsize < 4
        low, high = (numpy.asarray(x, float).reshape(-1) for x in (space.low, space.high))
        names = [name] if size == 1 else [f"{name}[{i}]" for i in range(size)]
        return {"low": low, "high": high, "names": names, "exact": exact}, box_encoder(space.shape)
    if isinstance(space, spaces.Discrete):
        n, start = int(space.n), int(space.start)
        if top:

            def put(value, row):
                row[0] = value - start

            return {"n": n, "names": [str(i + start) for i in range(n)]}, put
        return unit_box(n, [f"{name}={i + start}" for i in range(n)]), one_hot_encoder([n], numpy.array([start]))
    if isinstance(space, spaces.MultiBinary):
        size = int(numpy.prod(space.shape))
        return unit_box(size, [f"{name}[{i}]" for i in range(size)]), box_encoder(space.shape)
    if isinstance(space, spaces.MultiDiscrete):
        counts, starts = space.nvec.reshape(-1), numpy.asarray(space.start).reshape(-1)
        names = [f"{name}[{i}]={k + starts[i]}" for i, n in enumerate(counts) for k in range(n)]
        return unit_box(len(names), names), one_hot_encoder(counts, starts)
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = [(key, *seen(part, f"{name}.{key}", False)) for key, part in items(space)]
        joined = {
            "low": numpy.concatenate([about["low"] for _, about, _ in parts]),
            "high": numpy.concatenate([about["high"] for _, about, _ in parts]),
            "names": [n for _, about, _ in parts for n in about["names"]],
            "exact": all(about["exact"] for _, about, _ in parts),
        }
        return joined, sequence_encoder([(key, len(about["low"]), put) for key, about, put in parts])
    raise Refusal("space", "Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple", f"{space} as a space")


def unit_box(size, names):
    return {"low": numpy.zeros(size), "high": numpy.ones(size), "names": names, "exact": True}


def items(space):
    return space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)


MOST_ACTIONS = 65536


def done(space):
    """How actions of a space are told, and the function from a row of numbers to an action."""
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return {"n": int(space.n), "names": [str(i + start) for i in range(space.n)]}, lambda row: int(row[0]) + start
    if isinstance(space, spaces.Box):
        about, _ = seen(space, "action")
        dtype, shape = space.dtype, space.shape
        if numpy.issubdtype(dtype, numpy.integer):
            return about, lambda row: numpy.rint(row).astype(dtype).reshape(shape)
        return about, lambda row: row.astype(dtype).reshape(shape)
    if isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary)):
        binary = isinstance(space, spaces.MultiBinary)
        counts = numpy.full(space.shape, 2) if binary else space.nvec
        start = 0 if binary else space.start
        n = product(counts.reshape(-1), space)
        several = tuple(counts.reshape(-1))

        def take(row):
            return (numpy.array(numpy.unravel_index(int(row[0]), several)).reshape(space.shape) + start).astype(
                space.dtype
            )

        names = [",".join(str(x) for x in take([i]).reshape(-1)) for i in range(n)]
        return {"n": n, "names": names}, take
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = [(key, *done(part)) for key, part in items(space)]
        if all("n" in about for _, about, _ in parts):
            counts = tuple(about["n"] for _, about, _ in parts)
            n = product(counts, space)

            def take(row):
                chosen = numpy.unravel_index(int(row[0]), counts)
                return together(space, [(key, take([k])) for (key, _, take), k in zip(parts, chosen)])

            return {"n": n, "names": [str(i) for i in range(n)]}, take
        if not any("n" in about for _, about, _ in parts):
            about, _ = seen(space, "action")
            ends = numpy.cumsum([len(about["low"]) for _, about, _ in parts])

            def take(row):
                rows = numpy.split(row, ends[:-1])
                return together(space, [(key, take(row)) for (key, _, take), row in zip(parts, rows)])

            return about, take
    raise Refusal("space", "actions all from finite sets, or all of numbers", f"{space} as action space")


def together(space, pairs):
    return dict(pairs) if isinstance(space, spaces.Dict) else tuple(value for _, value in pairs)


def product(counts, space):
    n = 1
    for count in counts:
        n *= int(count)
    if n > MOST_ACTIONS:
        raise Refusal("space", f"at most {MOST_ACTIONS} actions", f"{n} in {space}")
    return n


def described(about):
    if "n" in about:
        return {"n": about["n"], "names": about["names"]}
    dtype = "float32" if about["exact"] else "float64"
    return {"low": text_of(about["low"]), "high": text_of(about["high"]), "names": about["names"], "dtype": dtype}


# Environments: made with parameters, begun from random generators.

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


def is_plain(value):
    if isinstance(value, (bool, numpy.bool_, str)):
        return True
    return isinstance(value, (int, float, numpy.integer, numpy.floating)) and bool(numpy.isfinite(value))


def plain(value):
    return value.item() if isinstance(value, numpy.generic) else value


def like(value, default):
    """A number from outside as the Python type that is there."""
    return int(value) if type(default) is int and type(value) is float and value.is_integer() else value


def declared(spec):
    """What an environment's constructor says of its arguments; nothing where it does not say."""
    entry = spec.entry_point
    try:
        creator = entry if callable(entry) else gymnasium.envs.registration.load_env_creator(entry)
        return dict(inspect.signature(creator).parameters)
    except (ValueError, TypeError, ImportError, AttributeError):
        return {}


def check_arguments(id, spec, given):
    """Refuses misspelt and missing arguments before the constructor is called."""
    named, more = {}, False
    for name, p in declared(spec).items():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            more = more or p.kind == p.VAR_KEYWORD
        else:
            named[name] = p
    known = {*named, *spec.kwargs, "max_episode_steps"}
    for name in given:
        if named and name not in known and not more:
            raise Refusal("argument", "an argument of its constructor", name, valid=sorted(known - {"render_mode"}))
    for name, p in named.items():
        if p.default is p.empty and name not in given and name not in spec.kwargs:
            fix = f"say it with the id: gymnasium:{id}?{name}=…"
            raise Refusal("argument", f"an argument {name} for its constructor", "none", fix=fix)


def arguments(spec):
    """Keyword arguments of an environment's constructor that are plain values by default."""
    found = {name: p.default for name, p in declared(spec).items()}
    if found.get("seed", 0) is None:
        found["seed"] = 0  # what is drawn while constructing is the same for all
    known = {**found, **spec.kwargs}
    return {name: plain(v) for name, v in known.items() if name != "render_mode" and is_plain(v)}


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


WEIGHT = "reward_weight_"


def reward_size(env):
    """Components of a reward; 0 where it is a plain number."""
    space = getattr(env.unwrapped, "reward_space", None)
    return int(numpy.prod(space.shape)) if space is not None and getattr(space, "shape", ()) else 0


VELOCITY = "target_velocity"


class TargetVelocity(gymnasium.Wrapper):
    """A runner that shall keep a speed: -|v - target| in the place of its reward for speed, its other rewards as they are.

    Source: Finn et al., arXiv:1703.03400, section 5.3.
    """

    def __init__(self, env, target):
        super().__init__(env)
        self.target = target

    def step(self, action):
        observation, _, terminated, truncated, info = self.env.step(action)
        if "x_velocity" not in info or "reward_forward" not in info:
            raise Refusal("raised", "an environment whose infos tell x_velocity and reward_forward", ", ".join(info) or "none")
        others = sum(value for name, value in info.items() if name.startswith("reward_") and name != "reward_forward")
        return observation, float(others - abs(info["x_velocity"] - self.target)), terminated, truncated, info


def has_target(fixed, known):
    """Whether an id asks for a target velocity; `target` may also be an argument of the environment's own."""
    if "target" not in fixed or "target" in known:
        return False
    if fixed["target"] != "velocity":
        raise Refusal("raised", "target=velocity", f"target={fixed['target']}")
    return True


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


def construct(id, fixed, params):
    """An environment with these parameters: the constructor's arguments, entries of its `config`, or attributes."""
    spec = spec_of(id)
    given, overrides, config = dict(fixed), {}, {}
    if names := suite(id):
        spec = spec_of("Meta-World/MT1")
        given.setdefault("env_name", names[0])
    known = {**arguments(spec), **({"env_name": ""} if names else {})}
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
        elif name in known:
            given[name] = like(value, known[name])
        else:
            overrides[name] = value
    if config:
        base = {**spec.kwargs.get("config", {}), **given.get("config", {})}
        given["config"] = {**base, **config}
    check_arguments(id, spec, given)
    take_warnings(spec)
    try:
        env = gymnasium.make(spec, disable_env_checker=True, **given)
    except gymnasium.error.DependencyNotInstalled as error:
        raise Refusal("no-package", f"what {id} needs", str(error)) from error
    for name, value in overrides.items():
        setattr(env.unwrapped, name, like(value, getattr(env.unwrapped, name, value)))
    return TargetVelocity(env, float(params.get(VELOCITY, 1.0))) if targeted else env


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
        if self.first is not None:
            observation, self.info = self.env.reset(seed=self.first)
            self.first = None
            if self.whole:
                if self.mode == "generator":
                    self.generator = self.env.unwrapped.np_random
                return observation
        if self.mode == "generator":
            self.env.unwrapped.np_random = self.generator
            observation, self.info = self.env.reset()
        else:
            observation, self.info = self.env.reset(seed=int(self.generator.integers(2**31)))
        return observation

    def restart(self, text):
        self.generator = numpy.random.Generator(numpy.random.PCG64())
        self.generator.bit_generator.state = stream_state(text)
        self.first = None
        return self.begin()


def weights_of(params, size):
    return numpy.array([float(params.get(f"{WEIGHT}{i}", 1.0)) for i in range(size)])


# Batches.

BATCHES = {}
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
        self.release({}, env)
        self.step_seconds = float("inf")
        self.mode = next((m for m in ("generator", "seed") if self.repeats(m)), "nothing")
        self.description = {**told, "step": min(self.step_seconds, 1e6), "repeats": self.mode}

    def describe(self, env):
        """What is told of it, but for what only playing shows."""
        spec = spec_of("Meta-World/MT1" if self.tasks else self.id)
        known = {**arguments(spec), **({"env_name": self.tasks[0]} if self.tasks else {})}
        parameters = {**attributes(env), **settings(env), **known}
        parameters = {name: v for name, v in parameters.items() if name not in self.fixed}
        parameters.update({f"{WEIGHT}{i}": 1.0 for i in range(self.rewards)})
        if has_target(self.fixed, known):
            parameters[VELOCITY] = 1.0
        frames = (getattr(env.unwrapped, "metadata", None) or {}).get("render_fps")
        return {
            "observation": described(self.seen),
            "action": described(self.done),
            "parameters": parameters,
            "arguments": [name for name in known if name not in self.fixed],
            "tasks": {"parameter": "env_name", "values": self.tasks} if self.tasks else None,
            "steps": next((w for w in limits(env)), None),
            "seconds": 1 / frames if isinstance(frames, (int, float)) and frames > 0 else None,
            "rewards": self.rewards,
            "versions": versions_of(env.unwrapped),
        }

    def key(self, params):
        return json.dumps([self.id, self.fixed, params], sort_keys=True)

    def acquire(self, params):
        key = self.key(params)
        for place in reversed(range(len(FREE))):
            if FREE[place][0] == key:
                return FREE.pop(place)[1]
        env = construct(self.id, self.fixed, params)
        found = signature(env)
        if found != self.spaces:
            raise Refusal("space", f"the same spaces in all tasks: {self.spaces}", found)
        return env

    def release(self, params, env):
        FREE.append((self.key(params), env))
        if len(FREE) > MOST_FREE:
            _, oldest = FREE.pop(0)
            try:
                oldest.close()
            except Exception:
                traceback.print_exc()

    def repeats(self, mode):
        """Whether two environments with different pasts give one episode, to the bit."""
        traces = []
        envs = [self.acquire({}), self.acquire({})]
        for past, env in enumerate(envs):
            member = Member(env, mode, None)
            try:
                env.reset(seed=past)
                member.restart(stream_text(numpy.random.PCG64(1).state))
                row = numpy.zeros(self.width)
                self.put(member.begin(), row)
            except AttributeError:
                for unused in envs:
                    self.release({}, unused)
                return False
            trace = [row.copy()]
            actions = numpy.random.default_rng(0)
            begun = time.perf_counter()
            for _ in range(16):
                action = self.random_action(actions)
                start = time.perf_counter()
                observation, reward, terminated, truncated, _ = env.step(action)
                self.step_seconds = min(self.step_seconds, time.perf_counter() - start)
                self.put(observation, row)
                trace.append(numpy.append(row, reward))
                if terminated or truncated or time.perf_counter() - begun > PROBE_SECONDS:
                    break
            traces.append(trace)
        for env in envs:
            self.release({}, env)
        one, other = traces
        return all(numpy.array_equal(a, b, equal_nan=True) for a, b in zip(one, other))

    def random_action(self, generator):
        if "n" in self.done:
            return self.take(numpy.array([float(generator.integers(self.done["n"]))]))
        low, high = self.done["low"], self.done["high"]
        middle = numpy.clip(0, low, high)
        return self.take(generator.uniform(numpy.maximum(low, middle - 1), numpy.minimum(high, middle + 1)))


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


def mapped(path, size):
    """Memory that both sides see."""
    file = os.open(path, os.O_RDWR)
    try:
        return mmap.mmap(file, size)
    finally:
        os.close(file)


class Batch:
    def __init__(self, number, kind, members, shared):
        self.number, self.kind = number, kind
        self.params = [m["params"] for m in members]
        self.members = [self.member(params) for params in self.params]
        for member, data in zip(self.members, members):
            member.start(data["entropy"], data["spawn"])
        n, width = len(members), kind.width
        m = max(1, kind.rewards)
        self.flags_at = HEADER.size + 8 * n * (1 + (m if kind.rewards else 0))
        self.next_at = self.flags_at + (n + 7) // 8 * 8
        self.fresh_at = self.next_at + n * width * kind.dtype.itemsize
        size = self.fresh_at + n * width * kind.dtype.itemsize
        self.shared = shared is not None
        self.data = mapped(shared, size) if self.shared else bytearray(size)
        self.reward = numpy.frombuffer(self.data, "<f8", n, HEADER.size)
        several_at = HEADER.size + (8 * n if kind.rewards else 0)
        self.several = numpy.frombuffer(self.data, "<f8", n * m, several_at).reshape(n, m)
        self.flags = memoryview(self.data)[self.flags_at : self.flags_at + n]
        self.next = list(numpy.frombuffer(self.data, kind.dtype, n * width, self.next_at).reshape(n, width))
        self.fresh = list(numpy.frombuffer(self.data, kind.dtype, n * width, self.fresh_at).reshape(n, width))
        self.row_bytes = width * kind.dtype.itemsize

    def member(self, params):
        return Member(self.kind.acquire(params), self.kind.mode, weights_of(params, self.kind.rewards))

    def reset(self):
        rows, put = self.fresh, self.kind.put
        for i, member in enumerate(self.members):
            put(member.begin(), rows[i])
        write(HEADER.pack(MARK, RESET, len(rows) * self.row_bytes, self.number))
        write(memoryview(self.data)[self.fresh_at :])

    def step(self, data):
        actions = numpy.frombuffer(data, "<f8", offset=HEADER.size).reshape(len(self.members), -1)
        take, put = self.kind.take, self.kind.put
        reward, flags, following, fresh = self.reward, self.flags, self.next, self.fresh
        ended = 0
        for i, member in enumerate(self.members):
            observation, value, terminated, truncated, member.info = member.env.step(take(actions[i]))
            put(observation, following[i])
            if self.kind.rewards:
                self.several[i] = value
                reward[i] = member.weights @ self.several[i]
            else:
                reward[i] = value
            flags[i] = (1 if terminated else 0) | (2 if truncated else 0)
            if terminated or truncated:
                info = member.info
                put(member.begin(), fresh[ended])
                member.info = info
                ended += 1
        size = self.fresh_at + ended * self.row_bytes
        if self.shared:
            write(HEADER.pack(MARK, STEP, 8, self.number) + struct.pack("<Q", size))
        else:
            HEADER.pack_into(self.data, 0, MARK, STEP, size - HEADER.size, self.number)
            write(memoryview(self.data)[:size])

    def saved(self, start, end):
        return [stream_text(m.state) for m in self.members[start:end]]

    def load(self, start, standings):
        """Plays saved episodes again; only if all come to where they were do they take the place of those that run."""
        row = numpy.zeros(self.kind.width, self.kind.dtype)
        made = []
        for offset, standing in enumerate(standings):
            params = self.params[start + offset]
            member = self.member(params)
            made.append((params, member))
            observation = member.restart(standing["stream"])
            actions = numbers_of(standing["actions"]).reshape(-1, self.kind.acts)
            for action in actions:
                observation, _, _, _, member.info = member.env.step(self.kind.take(action))
            self.kind.put(observation, row)
            anything = self.kind.mode == "nothing" and len(actions) == 0
            seen_last = hashlib.sha256(row.astype("<f8").tobytes()).hexdigest()
            if not anything and seen_last != standing["seen"]:
                for params, other in made:
                    self.kind.release(params, other.env)
                want = "episodes that generator and actions decide (np_random, no clock)"
                raise Refusal("unrepeatable", want, f"another observation after {len(actions)} steps")
        for offset, (params, member) in enumerate(made):
            self.kind.release(params, self.members[start + offset].env)
            self.members[start + offset] = member

    def infos(self):
        return [numbers_in(m.info) for m in self.members]

    def close(self):
        for params, member in zip(self.params, self.members):
            self.kind.release(params, member.env)


def numbers_in(info, prefix=""):
    """Plain numbers of an info by name; those of a nested one with a dot between."""
    found = {}
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


def call(request):
    match request["do"]:
        case "describe":
            return kind_of(request["id"], request["fixed"]).description
        case "open":
            number = request["batch"]
            kind = kind_of(request["id"], request["fixed"])
            BATCHES[number] = Batch(number, kind, request["members"], request["shared"])
            return {}
        case "close":
            BATCHES.pop(request["batch"]).close()
            return {}
        case "save":
            return {"streams": BATCHES[request["batch"]].saved(request["from"], request["to"])}
        case "load":
            BATCHES[request["batch"]].load(request["from"], request["standings"])
            return {}
        case "infos":
            return {"infos": BATCHES[request["batch"]].infos()}
    raise Refusal("lied", "a request of this version", str(request["do"]))


def serve():
    while (request := receive()) is not None:
        kind, data, number = request
        try:
            if kind == STEP:
                BATCHES[number].step(data)
            elif kind == RESET:
                BATCHES[number].reset()
            else:
                send(CALL, json.dumps(call(json.loads(data[HEADER.size :]))).encode(), number)
        except Refusal as refusal:
            send(FAILED, json.dumps(refusal.data).encode(), number)
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            got = "".join(traceback.format_exception_only(error)).strip()
            answer = {"reason": "raised", "want": "an environment that does not raise", "got": got}
            send(FAILED, json.dumps(answer).encode(), number)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_other_side, daemon=True).start()
    hello = {"protocol": 1, "python": sys.version.split()[0], "gymnasium": gymnasium.__version__}
    send(CALL, json.dumps(hello).encode())
    serve()
    os._exit(0)
