/** The returns of a run's comparison, from the rows of its table. */
import * as E from "fp-ts/lib/Either.js"
import { mean } from "../../core/stat/mod.ts"
import { records } from "../io/matrix/internal.ts"

/** A way to share policies, and what it reached with each seed. */
export interface MethodReturns {
  readonly method: string
  /** Mean return over tasks, and over draws where there are several, by training seed. */
  readonly perSeed: readonly number[]
}

const COLUMNS = ["method", "draw", "seed", "task", "mean_return"] as const
const MOST_CELLS = 100

/** By method, in the order of the table; rows that are none are left out. */
export const returnsIn = (table: string): readonly MethodReturns[] => {
  const rows = [...records(table, ",", MOST_CELLS)].flatMap((r) => (E.isRight(r) ? [r.right.cells] : []))
  const [head = [], ...body] = rows
  const places = COLUMNS.map((name) => head.indexOf(name))
  const found = new Map<string, Map<string, number[]>>()
  for (const cells of body) {
    const [method = "", , seed = "", , text = ""] = places.map((at) => cells[at])
    const value = Number(text)
    if (text === "" || !Number.isFinite(value)) continue
    const seeds = found.get(method) ?? new Map<string, number[]>()
    found.set(method, seeds)
    seeds.set(seed, [...(seeds.get(seed) ?? []), value])
  }
  return [...found].map(([method, seeds]) => ({ method, perSeed: [...seeds.values()].map((values) => mean(values)) }))
}
