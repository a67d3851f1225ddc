"""PyTorch: MAML-TRPO in the manner of learn2learn, on torch.func: 2D navigation, all tasks in one vmap, eager mode.

The environment steps all goals' points as arrays, so nothing but the learner is slow here. Differs from that manner: the
policy's Fisher-vector products are forward over reverse, and what a time limit cut is bootstrapped.
"""

from itertools import count
from math import log, pi
from time import process_time

import numpy
import torch
from torch.func import grad, jvp, vmap

REACH, STEP, RADIUS, LENGTH = 0.1, 0.1, 0.9, 100
EVALUATION_SEED = 1_000_000


def shapes_of(hidden):
    sizes = (2, *hidden, 2)
    return [part for i, o in zip(sizes, sizes[1:]) for part in ((i, o), (o,))] + [(2,)]


def initial(shapes):
    parts = []
    for k, shape in enumerate(shapes):
        part = torch.zeros(shape)
        if len(shape) == 2:
            torch.nn.init.orthogonal_(part, 0.01 if k == len(shapes) - 3 else 2**0.5)
        parts.append(part.reshape(-1))
    return torch.cat(parts)


def policy(shapes):
    """From flat parameters and observations to means and log deviations."""
    sizes = [int(numpy.prod(shape)) for shape in shapes]

    def head(theta, x):
        parts = [part.reshape(shape) for part, shape in zip(torch.split(theta, sizes), shapes)]
        for k in range(0, len(parts) - 3, 2):
            x = torch.tanh(x @ parts[k] + parts[k + 1])
        return x @ parts[-3] + parts[-2], parts[-1]

    return head


def log_prob(mean, deviation, action):
    z = (action - mean) * (-deviation).exp()
    return -(0.5 * z.square() + deviation + 0.5 * log(2 * pi)).sum(-1)


def divergence(mean, deviation, other, other_deviation):
    spread = (2 * deviation).exp() + (mean - other).square()
    return (other_deviation - deviation + spread / (2 * (2 * other_deviation).exp()) - 0.5).sum(-1)


def rollout(act, goals, episodes):
    """Points of all goals side by side, begun anew where they end. Rows `[goal, step, point]`, and finished returns."""
    at, age, total = (numpy.zeros((len(goals), episodes, *tail)) for tail in ((2,), (), ()))
    rows = {name: [] for name in ("seen", "age", "action", "log", "reward", "ended", "terminated", "reached")}
    finished = [[] for _ in goals]
    for _ in range(LENGTH):
        action, logs = act(torch.from_numpy(at).float())
        reached = numpy.clip(at + STEP * numpy.clip(action.numpy(), -1, 1), -1, 1)
        distance = numpy.linalg.norm(reached - goals[:, None], axis=-1)
        terminated = distance <= REACH
        reward = terminated - distance
        ended = terminated | (age + 1 == LENGTH)
        total += reward
        for g, e in zip(*numpy.nonzero(ended)):
            finished[g].append(total[g, e])
        told = (at, age, action.numpy(), logs.numpy(), reward, ended, terminated, reached)
        for part, value in zip(rows.values(), told):
            part.append(value.copy())
        at, age, total = (numpy.where(ended[..., None] if x.ndim == 3 else ended, 0, x) for x in (reached, age + 1, total))
    return {name: numpy.stack(part, 1) for name, part in rows.items()}, finished


def features(seen, age):
    t = age[..., None] / LENGTH
    return numpy.concatenate([seen, seen**2, t, t**2, t**3, numpy.ones_like(t)], -1)


def advantages(rows, gamma):
    """Returns less a linear baseline of the goal's own rollout, standardised (Duan et al., arXiv:1604.06778)."""
    out = []
    for seen, age, reward, ended, terminated, reached in zip(
        *(rows[name] for name in ("seen", "age", "reward", "ended", "terminated", "reached"))
    ):
        now, after = features(seen, age), features(reached, age + 1)
        flat = now.reshape(-1, now.shape[-1])
        gram = flat.T @ flat + 1e-5 * numpy.eye(flat.shape[-1])
        beta = numpy.zeros(flat.shape[-1])
        for _ in range(2):
            value, reached_value = now @ beta, numpy.where(terminated, 0, after @ beta)
            tail, returns = reached_value[-1], numpy.empty_like(reward)
            for t in reversed(range(LENGTH)):
                tail = reward[t] + gamma * numpy.where(ended[t], reached_value[t], tail)
                returns[t] = tail
            gain = returns - value
            beta = numpy.linalg.solve(gram, flat.T @ returns.reshape(-1))
        gain = returns - now @ beta
        out.append((gain - gain.mean()) / (gain.std() + 1e-8))
    return numpy.stack(out)


def torch_meta_train(iterations, goals, unseen, episodes, hidden, rate, gamma, trust):
    """MAML-TRPO on so many goals around the circle, one inner step. Unit: steps/s of the processor's time."""
    torch.set_num_threads(1)
    shapes = shapes_of(hidden)
    head = policy(shapes)
    around = numpy.arange(goals) * 2 * pi / goals
    seeds = count()

    def place(angles):
        return RADIUS * numpy.stack([numpy.cos(angles), numpy.sin(angles)], -1)

    def batch(thetas, where):
        def act(now):
            with torch.no_grad():
                mean, deviation = vmap(head)(thetas, now)
                action = mean + deviation.exp()[:, None] * torch.randn_like(mean)
                return action, log_prob(mean, deviation[:, None], action)

        rows, finished = rollout(act, where, episodes)
        rows["gain"] = advantages(rows, gamma)
        flat = {name: torch.from_numpy(rows[name]).float().flatten(1, 2) for name in ("seen", "action", "log", "gain")}
        return flat, finished

    def loss(theta, x):
        return -((log_prob(*head(theta, x["seen"]), x["action"]) - x["log"]).exp() * x["gain"]).mean()

    def adapt(theta, x):
        return theta - rate * grad(loss)(theta, x)

    def after(theta, before, x):
        return vmap(lambda a, b: loss(adapt(theta, a), b))(before, x).mean()

    def heads(theta, before, x):
        return vmap(lambda a, b: head(adapt(theta, a), b["seen"]))(before, x)

    def outer(theta, before, x):
        was = [part.detach() for part in heads(theta, before, x)]

        def moved(at):
            mean, deviation = heads(at, before, x)
            return divergence(was[0], was[1][:, None], mean, deviation[:, None]).mean()

        def product(v):
            return jvp(grad(moved), (theta,), (v,))[1] + trust["damping"] * v

        g = grad(after)(theta, before, x)
        solution, r = torch.zeros_like(g), -g
        p, square = r.clone(), r @ r
        for _ in range(trust["iterations"]):
            curved = product(p)
            alpha = square / (p @ curved)
            solution, r = solution + alpha * p, r - alpha * curved
            p, square = r + (r @ r) / square * p, r @ r
        step = (2 * trust["kl"] / (solution @ product(solution))).sqrt() * solution
        with torch.no_grad():
            best = after(theta, before, x)
            for _ in range(trust["tries"]):
                if after(theta + step, before, x) < best and moved(theta + step) <= trust["kl"]:
                    return theta + step
                step = trust["shrink"] * step
        return theta

    def adapted(theta, where):
        before, _ = batch(theta.expand(len(where), -1), where)
        return before, vmap(lambda x: adapt(theta, x))(before).detach()

    def sample():
        seed = next(seeds)
        torch.manual_seed(seed)
        curve, start = [], process_time()
        theta = initial(shapes)
        for iteration in range(iterations):
            before, thetas = adapted(theta, place(around))
            x, finished = batch(thetas, place(around))
            theta = outer(theta, before, x).detach()
            steps = (iteration + 1) * 2 * goals * episodes * LENGTH
            curve.append([steps, float(numpy.mean([numpy.mean(f) for f in finished]))])
        spent = process_time() - start
        torch.manual_seed(EVALUATION_SEED + seed)
        where = place(2 * pi * numpy.random.default_rng(EVALUATION_SEED + seed).random(unseen))
        _, thetas = adapted(theta, where)
        _, finished = batch(thetas, where)
        returns = {"adapted": [float(numpy.mean(f)) for f in finished]}
        return {"value": steps / spent, "training": {"seed": seed, "curve": curve, "returns": returns}}

    return sample
