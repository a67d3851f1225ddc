/** What a few trainings make of a prediction, judged by the other trainings. */
import { child, permutation, stream, zeroKey } from "../../core/random/mod.ts"
import { corrected } from "../../core/surrogate/belief/mod.ts"
import type { Truth } from "./gathered.ts"
import { trained, type Values } from "./trained.ts"
import { type Judged, waysOf } from "./ways.ts"

/** Each task alone, all in one, and other groups that were trained, 2n in all; by place. */
const chosen = ({ tasks, subsets, seed }: Truth): readonly number[] => {
  const n = tasks.length
  const always = subsets.flatMap(({ length }, k) => (length === 1 || length === n ? [k] : []))
  const order = Array.from(permutation(stream(child(zeroKey, "corrections", seed)), subsets.length))
  return [...always, ...order.filter((k) => !always.includes(k))].slice(0, 2 * n)
}

/** The prediction of every group, and none at all, corrected by one training each of 2n groups. */
export const corrections = (g: Truth, start: readonly number[], predicted: Values): readonly Judged[] => {
  const [first, ...others] = g.returns
  const some = chosen(g)
  const scores = (values: Values) => g.subsets.map((tasks, k) => ({ tasks, values: values[k]! }))
  const reached = scores(first!)
  const { estimated } = waysOf(g, trained({ ...g, returns: others }))
  const row = (method: string, values: Values): Judged => {
    const data = { tasks: g.tasks.length, start, predicted: scores(values), trained: some.map((k) => reached[k]!) }
    const told = corrected(data).map((s) => s.values)
    // Trainings are what it costs; they are not counted in operations of estimates.
    return { ...estimated(method, { flops: Number.NaN, seconds: Number.NaN }, told) }
  }
  const nothing = g.subsets.map((s) => s.map((i) => start[i]!))
  return [row("expected-gain, corrected by 2n trainings", predicted), row("kernel ridge on 2n trainings", nothing)]
}
