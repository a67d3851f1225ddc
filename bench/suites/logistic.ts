/** All subset fits of the surrogate against scikit-learn, on the same rows and at the same objective. */
import { Effect } from "effect"
import { child, zeroKey } from "../../core/random/mod.ts"
import { folder, type LogisticData, logisticData, save } from "../data.ts"
import { missing, type Sampler, type Suite, type Work } from "../suite.ts"

/** Inverse of the ridge: F(x) = Σ w log(1 + exp(−y g·x)) + |x|² / (2 c). lbfgs needs a tolerance of 1e-6 for F to 1e-6. */
const c = 0.1

const fits = (data: LogisticData, paths: Record<"features" | "labels" | "weights", string>): Work => {
  const rows = data.rowsPerTask
  return {
    work: `${data.subsets.length} logistic fits of ${(data.tasks >> 1) * rows} x ${data.d}`,
    unit: "s",
    rounds: 2,
    cold: true,
    ours: solveAll(data),
    agree: 1e-6,
    opponents: [
      {
        peer: "scikit-learn lbfgs",
        goal: 5,
        ask: { work: "logistic", args: { ...paths, subsets: data.subsets, rows, c, tolerance: 1e-6 } }
      }
    ]
  }
}

const solveAll = (_data: LogisticData): Effect.Effect<Sampler, ReturnType<typeof missing>> =>
  Effect.fail(missing("core/surrogate"))

export const logistic: Suite = {
  name: "logistic",
  question: "How long do all subset fits of the surrogate take?",
  works: Effect.gen(function* () {
    const data = logisticData(child(zeroKey, "bench", "logistic"), {
      tasks: 10,
      rowsPerTask: 2048,
      d: 400,
      subsets: 100
    })
    const into = yield* folder()
    const rows = [data.tasks * data.rowsPerTask]
    const paths = {
      features: yield* save(into, "features", data.features, [...rows, data.d]),
      labels: yield* save(into, "labels", data.labels, rows),
      weights: yield* save(into, "weights", data.weights, rows)
    }
    return [fits(data, paths)]
  })
}
