"""CVXPY: the clustering relaxation with a fixed number of groups."""

from time import process_time

import cvxpy
import numpy


def sdp(affinity, k, solver):
    """max <U, X> for X 1 = 1, tr X = k, X >= 0, X positive semidefinite; modelling included. Unit: ms.

    "answers" holds the value found.
    """
    u = numpy.load(affinity)
    n = len(u)

    def sample():
        start = process_time()
        x = cvxpy.Variable((n, n), PSD=True)
        problem = cvxpy.Problem(
            cvxpy.Maximize(cvxpy.sum(cvxpy.multiply(u, x))),
            [cvxpy.sum(x, axis=1) == 1, cvxpy.trace(x) == k, x >= 0],
        )
        problem.solve(solver=solver)
        spent = process_time() - start
        return {"value": 1e3 * spent, "answers": [float(problem.value)], "status": problem.status}

    return sample
