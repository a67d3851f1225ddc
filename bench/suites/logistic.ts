/** All subset fits of the surrogate against scikit-learn, on the same rows and at the same objective. */
import { Effect } from "effect"
import { child, zeroKey } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { solveSubsets } from "../../pipeline/stages/surrogate/solve_subsets.ts"
import { make } from "../../plugins/sessions/wasm/mod.ts"
import { folder, type LogisticData, logisticData, save } from "../data.ts"
import type { Side, Suite, Work } from "../suite.ts"
import { cpuSeconds, failed } from "../timing.ts"

/** μ of the ridge (μ/2)‖x‖² on the mean loss; scikit-learn's C multiplies the sum of losses: C = 1/(μ N). */
const mu = 1e-3

/** Relative gradient norm and scikit-learn's tolerance at which the objective is right to 1e-6 on this data. */
const [ours, theirs] = [1e-4, 1e-6]

const fits = (data: LogisticData, paths: Record<"features" | "labels" | "weights", string>): Work => {
  const rows = data.rowsPerTask
  const count = (data.tasks >> 1) * rows
  const args = { ...paths, subsets: data.subsets, rows, c: 1 / (mu * count), tolerance: theirs }
  return {
    work: `${data.subsets.length} logistic fits of ${count} x ${data.d}`,
    unit: "s",
    rounds: 2,
    cold: true,
    ours: solveAll(data, count),
    agree: 1e-6,
    opponents: [{ peer: "scikit-learn lbfgs", goal: 5, ask: { work: "logistic", args } }]
  }
}

/** From features in the host's memory to the solutions of all subsets. The answers are sums of losses, as theirs. */
const solveAll = (data: LogisticData, count: number): Side =>
  Effect.gen(function* () {
    const { tasks, rowsPerTask, d } = data
    const session = yield* make()
    const advantages = Float32Array.from(data.labels, (y, i) => y * data.weights[i]!)
    const each = Array.from({ length: tasks }, (_, t) => ({
      features: data.features.subarray(t * rowsPerTask * d, (t + 1) * rowsPerTask * d),
      advantages: advantages.subarray(t * rowsPerTask, (t + 1) * rowsPerTask)
    }))
    const config = { dimension: d, mu, tolerance: ours, maxEvaluations: 1000 }
    return Effect.gen(function* () {
      const start = cpuSeconds()
      const solution = yield* solveSubsets(each, data.subsets, config)
      return { value: cpuSeconds() - start, answers: [...solution.objective].map((mean) => mean * count) }
    }).pipe(Effect.provideService(Session, session), Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

export const logistic: Suite = {
  name: "logistic",
  question: "How long do all subset fits of the surrogate take?",
  works: Effect.gen(function* () {
    const size = { tasks: 10, rowsPerTask: 2048, d: 400, subsets: 100 }
    const data = logisticData(child(zeroKey, "bench", "logistic"), size)
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
