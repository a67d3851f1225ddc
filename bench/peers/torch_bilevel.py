"""PyTorch: one hypergradient of BO-MRL by implicit differentiation, on torch.func."""

from math import log, pi

import numpy
import torch
from timing import seconds_per_call
from torch.func import grad, jvp


def numbers(count, salt):
    """Numbers in (-1, 1) without pattern; our side has the same formula."""
    i = numpy.arange(count)
    x = numpy.sin(12.9898 * (i % 9973) + 78.233 * salt + 0.37 * (i // 9973)) * 43758.5453
    return 2 * (x - numpy.floor(x)) - 1


def tensor(values, *shape):
    return torch.from_numpy(values).float().reshape(shape)


def bilevel_hypergradient(observation, hidden, action, transitions, tolerance, iterations, weight, damping, compared):
    """Slope, conjugate gradients over Hessian-vector products (jvp of grad), mixed derivative. Unit: ms."""
    torch.set_num_threads(1)
    shapes = []
    for wide, narrow in ((observation, hidden), (hidden, hidden), (hidden, action)):
        shapes += [(narrow, wide), (narrow,)]
    shapes.append((action,))
    sizes = [int(numpy.prod(shape)) for shape in shapes]
    count = sum(sizes)

    def head(theta, x):
        w1, b1, w2, b2, w3, b3, deviation = [
            part.reshape(shape) for part, shape in zip(torch.split(theta, sizes), shapes)
        ]
        return torch.tanh(torch.tanh(x @ w1.t() + b1) @ w2.t() + b2) @ w3.t() + b3, deviation

    def log_prob(theta, x, a):
        mean, deviation = head(theta, x)
        return -(0.5 * ((a - mean) * (-deviation).exp()).square() + deviation + 0.5 * log(2 * pi)).sum(-1)

    def divergence(phi, theta, x):
        (mean, deviation), (other, other_deviation) = head(phi, x), head(theta, x)
        spread = (2 * deviation).exp() + (mean - other).square()
        return (other_deviation - deviation + spread / (2 * (2 * other_deviation).exp()) - 0.5).sum(-1).mean()

    phi = tensor(0.15 * numbers(count, 1), count)
    theta = phi + tensor(0.01 * numbers(count, 2), count)

    def data(at, salt):
        x = tensor(numbers(transitions * observation, salt), transitions, observation)
        a = tensor(numbers(transitions * action, salt + 1), transitions, action)
        return x, a, log_prob(at, x, a), tensor(numbers(transitions, salt + 2), transitions)

    before, after = data(phi, 3), data(theta, 7)

    def inner(at, prior):
        x, a, old, gain = before
        ratio = (log_prob(at, x, a) - old).exp()
        return weight * divergence(prior, at, x) - (2 * torch.sigmoid(2 * (ratio - 1)) * gain).mean()

    def outer(at):
        x, a, old, gain = after
        return -((log_prob(at, x, a) - old).exp() * gain).mean()

    def product(v):
        return jvp(grad(lambda at: inner(at, phi)), (theta,), (v,))[1] + weight * damping * v

    @torch.no_grad()
    def hypergradient():
        r = grad(outer)(theta)
        solution, p, square = torch.zeros_like(r), r.clone(), r @ r
        enough = tolerance**2 * square
        for _ in range(iterations):
            if square <= enough:
                break
            curved = product(p)
            alpha = square / (p @ curved)
            solution, r = solution + alpha * p, r - alpha * curved
            p, square = r + (r @ r) / square * p, r @ r

        def along(prior):
            return jvp(lambda at: inner(at, prior), (theta,), (solution,))[1]

        return -grad(along)(phi)

    def sample():
        g = hypergradient()
        answers = [float(g.norm()), *(float(x) for x in g[:compared])]
        return {"value": 1e3 * seconds_per_call(hypergradient), "answers": answers}

    return sample
