"""scikit-learn: weighted logistic regressions without intercept, one for each subset of tasks."""

from time import process_time

import numpy
from sklearn.linear_model import LogisticRegression


def logistic(features, labels, weights, subsets, rows, c, tolerance):
    """One fit for each subset; task t owns the rows [t * rows, (t + 1) * rows). Unit: s for all subsets.

    Minimises F(x) = sum_i w_i log(1 + exp(-y_i g_i.x)) + |x|^2 / (2 c). "answers" holds F at each solution.
    """
    g, y, w = (numpy.load(path) for path in (features, labels, weights))
    owned = [numpy.concatenate([numpy.arange(t * rows, (t + 1) * rows) for t in s]) for s in subsets]

    def sample():
        spent, answers, iterations = 0.0, [], []
        for i in owned:
            start = process_time()
            x, label, weight = g[i], y[i], w[i]
            fit = LogisticRegression(C=c, fit_intercept=False, tol=tolerance, max_iter=10_000)
            fit.fit(x, label, weight)
            spent += process_time() - start
            coefficients = fit.coef_[0].astype(numpy.float64)
            loss = numpy.logaddexp(0, -label * (x.astype(numpy.float64) @ coefficients))
            answers.append(float(weight @ loss + coefficients @ coefficients / (2 * c)))
            iterations.append(int(fit.n_iter_[0]))
        return {"value": spent, "answers": answers, "iterations": iterations}

    return sample
