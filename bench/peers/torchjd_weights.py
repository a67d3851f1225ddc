"""Reference data of core/aggregate: weights by TorchJD, and by convex programs where TorchJD stops early.

    python torchjd_weights.py > weights.json

Matrices are sampled in the situations of TorchJD's own tests. Its random orders are those of NumPy's generator.
"""

import json
import sys
from importlib.metadata import version

import cvxpy
import numpy
import torch
from torchjd.aggregation import CAGrad, GradVac, MGDA, NashMTL, PCGrad, UPGrad, AlignedMTL
from torchjd.linalg import QuadprogProjector
from torchjd.scalarization import DWA, FAMO, UW

torch.set_default_dtype(torch.float64)
tight = {"tol_gap_abs": 1e-14, "tol_gap_rel": 1e-14, "tol_feas": 1e-14}
solve = cvxpy.Problem.solve


def solve_tightly(problem, solver, **settings):
    """CLARABEL as far as it goes: by default it ends at 1e-8 of the value, 1e-4 of the weights."""
    return solve(problem, solver=solver, **(tight if solver == cvxpy.CLARABEL else {}), **settings)


cvxpy.Problem.solve = solve_tightly
random = numpy.random.default_rng(20261130)


def orthonormal(rows, columns, beside=None):
    """Columns of unit length, orthogonal to each other and to those of `beside`."""
    drawn = random.standard_normal((rows, columns))
    if beside is not None:
        drawn -= beside @ (beside.T @ drawn)
    return numpy.linalg.qr(drawn)[0]


def unit(x):
    return x / numpy.linalg.norm(x)


def of_rank(left, rank, size):
    """A matrix whose left singular vectors are the first columns of `left`."""
    values = numpy.abs(random.standard_normal(rank))
    return left[:, :rank] * values @ orthonormal(size, rank).T


def normal(tasks, size, rank):
    return of_rank(orthonormal(tasks, tasks), rank, size)


def strong(tasks, size, rank):
    """Strongly stationary: a combination with positive weights is 0."""
    v = unit(numpy.abs(random.standard_normal(tasks)))[:, None]
    return of_rank(orthonormal(tasks, tasks - 1, v), rank, size)


def strictly_weak(tasks, size, rank):
    """Weakly stationary, and not strongly."""
    u, split = numpy.abs(random.standard_normal(tasks)), random.integers(1, tasks)
    order = random.permutation(tasks)
    halves = numpy.zeros((tasks, 2))
    halves[order[:split], 0] = unit(u[order[:split]])
    halves[order[split:], 1] = unit(u[order[split:]])
    rest = orthonormal(tasks, tasks - 2, halves)
    return of_rank(numpy.hstack([halves[:, 1:], rest]), rank, size)


def non_weak(tasks, size, rank):
    """No combination with weights that are not negative is 0."""
    u = unit(numpy.abs(random.standard_normal(tasks)))[:, None]
    return of_rank(numpy.hstack([u, orthonormal(tasks, tasks - 1, u)]), rank, size)


def with_last(matrix, row):
    return numpy.vstack([matrix[:-1], row])


def situations():
    yield "two in conflict", numpy.array([[-4.0, 1, 1], [6, 1, 1]])
    for tasks, size, rank in [(1, 1, 1), (4, 3, 1), (4, 3, 2), (4, 3, 3), (9, 11, 5), (9, 11, 9)]:
        yield f"normal {tasks}x{size}, rank {rank}", normal(tasks, size, rank)
    for make in (strong, strictly_weak, non_weak):
        for tasks, size, rank in [(12, 10, 10), (12, 10, 5), (12, 10, 1), (12, 60, 11)]:
            yield f"{make.__name__} {tasks}x{size}, rank {rank}", make(tasks, size, rank)
    for scale in (1e-10, 1e3, 1e10):
        yield f"normal 4x6, times {scale:g}", scale * normal(4, 6, 4)
    base = normal(4, 6, 4)
    yield "duplicated", with_last(base, base[0])
    yield "opposite", with_last(base, -base[0])
    yield "nearly dependent", with_last(base, base[0] + 1e-3 * base[3])
    yield "one zero", with_last(base, 0 * base[0])
    yield "zero", numpy.zeros((3, 4))
    yield "many", random.standard_normal((50, 80))


def in_order(aggregator, matrix, calls):
    """Weights where random orders are NumPy's from seed 0 on."""
    orders = numpy.random.default_rng(0)
    own = torch.randperm
    torch.randperm = lambda n: torch.from_numpy(orders.permutation(n))
    gram = torch.from_numpy(matrix @ matrix.T)
    weights = [aggregator.gramian_weighting(gram).tolist() for _ in range(calls)]
    torch.randperm = own
    return weights


def shortest(matrix):
    """The shortest convex combination, by CLARABEL: weights."""
    size = numpy.abs(matrix).max() or 1
    w = cvxpy.Variable(len(matrix), nonneg=True)
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(matrix.T / size @ w)), [cvxpy.sum(w) == 1])
    problem.solve(cvxpy.CLARABEL)
    return w.value.tolist()


def bargain(matrix):
    """The Nash bargaining solution, by CLARABEL and Newton's last steps: weights, or None where there is none."""
    size = numpy.abs(matrix).max()
    if numpy.linalg.matrix_rank(matrix) < len(matrix):
        return None
    w = cvxpy.Variable(len(matrix), nonneg=True)
    value = cvxpy.sum_squares(matrix.T / size @ w) / 2 - cvxpy.sum(cvxpy.log(w))
    cvxpy.Problem(cvxpy.Minimize(value)).solve(cvxpy.CLARABEL)
    found, gram = w.value, matrix @ matrix.T / size**2
    for _ in range(5):
        found = found - numpy.linalg.solve(gram + numpy.diag(found**-2), gram @ found - 1 / found)
    return (found / size).tolist()


def nash(matrix):
    """TorchJD's: its convex programs end within a tolerance of 1e-3."""
    if bargain(matrix) is None or len(matrix) == 1:
        return None
    gram = matrix @ matrix.T
    weighting = NashMTL(n_tasks=len(matrix), max_norm=0.0, optim_niter=100).weighting
    return (numpy.array(weighting(torch.from_numpy(matrix))) / numpy.sqrt(numpy.linalg.norm(gram))).tolist()


def weights(matrix):
    gram = torch.from_numpy(matrix @ matrix.T)
    projector = QuadprogProjector(norm_eps=0.0, reg_eps=1e-10)
    zero = not matrix.any()
    return {
        "pcgrad": in_order(PCGrad(), matrix, 2),
        "gradvac": in_order(GradVac(beta=0.01), matrix, 3),
        "cagrad": None if zero else CAGrad(c=0.5).gramian_weighting(gram).tolist(),
        "mgda": MGDA(epsilon=1e-9, max_iters=2000).gramian_weighting(gram).tolist(),
        "shortest": shortest(matrix),
        "nash-mtl": None if zero else nash(matrix),
        "bargain": None if zero else bargain(matrix),
        "aligned-mtl": AlignedMTL().gramian_weighting(gram).tolist(),
        "upgrad": None if zero else UPGrad(projector=projector).gramian_weighting(gram).tolist(),
    }


def slopes(scalarizer, losses):
    x = torch.tensor(losses, requires_grad=True)
    return torch.autograd.grad(scalarizer(x), x)[0].tolist()


def by_losses():
    """Weights step by step: each step has losses, those after it, and the iteration that it is in."""
    steps = []
    level = numpy.array([3.0, 0.5, 20.0, 1.0])
    famo, dwa, uw = FAMO(4), DWA(), UW(4)
    adam = torch.optim.Adam(uw.parameters(), lr=0.025)
    iteration = 0
    for k in range(12):
        losses = level * random.uniform(0.8, 1.2, 4)
        after = losses * numpy.array([0.9, 0.99, 0.7, 1.01])
        if k // 3 > iteration:
            dwa.step()
            iteration = k // 3
        found = {"famo": slopes(famo, losses.tolist()), "dwa": slopes(dwa, losses.tolist())}
        famo.update(torch.tensor(after))
        adam.zero_grad()
        values = torch.tensor(losses)
        found["uncertainty"] = (0.5 * torch.exp(-uw.log_var)).tolist()
        uw(values).backward()
        adam.step()
        steps.append({"losses": losses.tolist(), "after": after.tolist(), "iteration": iteration, "weights": found})
        level = level * numpy.array([0.9, 0.98, 0.6, 1.0])
    return steps


packages = ["torchjd", "torch", "numpy", "cvxpy", "clarabel", "ecos", "quadprog", "qpsolvers"]
json.dump(
    {
        "meta": {
            "made by": "bench/peers/torchjd_weights.py",
            "python": sys.version.split()[0],
            **{name: version(name) for name in packages},
        },
        "situations": [
            {
                "name": name,
                "tasks": len(matrix),
                "gram": (matrix @ matrix.T).ravel().tolist(),
                "weights": weights(matrix),
            }
            for name, matrix in situations()
        ],
        "steps": by_losses(),
    },
    sys.stdout,
)
