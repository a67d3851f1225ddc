/** FILL, GATHER, SCATTER and IOTA: calls of `kernels/move.h` with their sizes. */
import type { Fill, Gather, Iota, Scatter } from "../../../../core/program/plan/mod.ts"
import { range } from "./map.ts"
import { cost, float, type Routine, worthThreads } from "./routine.ts"

export const fillRoutine = (x: Fill): Routine => ({
  name: "fill",
  comment: `${x.n} times ${x.value}`,
  operands: [x.to],
  body: [`pgx_fill(at[0], ${x.n}, ${float(x.value)});`],
  splits: false,
  headers: ["move"]
})

export const iotaRoutine = (x: Iota): Routine => ({
  name: "iota",
  comment: `0 to ${x.n - 1}`,
  operands: [x.to],
  body: [`pgx_iota(at[0], ${x.n});`],
  splits: false,
  headers: ["move"]
})

export const gatherRoutine = (x: Gather, threads: boolean): Routine => {
  const splits = threads && x.m * x.width * cost.element >= worthThreads
  const call = `pgx_gather(at[0], at[1], at[2], first, last, ${x.n}, ${x.width});`
  return indexed(x, [...range(x.m, splits), call], splits)
}

/** Rows that a scatter adds may meet, so that it keeps to one thread. */
export const scatterRoutine = (x: Scatter): Routine =>
  indexed(x, [`pgx_scatter(at[0], at[1], at[2], ${x.m}, ${x.n}, ${x.width});`], false)

const indexed = (x: Gather | Scatter, body: readonly string[], splits: boolean): Routine => ({
  name: x.kind,
  comment: `${x.m} rows of ${x.width}, numbered among ${x.n}`,
  operands: [x.from, x.index, x.to],
  body,
  splits,
  headers: ["map", "move"]
})
