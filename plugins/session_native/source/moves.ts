/** FILL, GATHER, SCATTER and IOTA: calls of `kernels/move.h` with their sizes. */
import type { Fill, Indexed, Iota } from "./instruction.ts"
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

/** Rows that a scatter adds may meet, so that it keeps to one thread. */
export const indexedRoutine = (x: Indexed, threads: boolean): Routine => {
  const splits = threads && x.kind === "gather" && x.m * x.width * cost.element >= worthThreads
  const body =
    x.kind === "gather"
      ? [...range(x.m, splits), `pgx_gather(at[0], at[1], at[2], first, last, ${x.n}, ${x.width});`]
      : [`pgx_scatter(at[0], at[1], at[2], ${x.m}, ${x.n}, ${x.width});`]
  return {
    name: x.kind,
    comment: `${x.m} rows of ${x.width}, numbered among ${x.n}`,
    operands: [x.from, x.index, x.to],
    body,
    splits,
    headers: ["map", "move"]
  }
}
