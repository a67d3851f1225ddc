/** Sums and maxima: calls of `kernels/reduce.h` with their sizes. */
import type { Reduce } from "../../../../core/program/plan/mod.ts"
import { range } from "./map.ts"
import { cost, indent, type Routine, worthThreads } from "./routine.ts"

/** Rows of at most so many numbers are left to the compiler's own vectors. */
const SHORT = 8
/** Columns of rows of fewer numbers are summed several rows to a vector. */
const NARROW = 16
/** Columns that a thread takes at once: whole vectors of any width, so that the order of no sum depends on the threads. */
const STRIPE = 64

export const reduceRoutine = (x: Reduce, threads: boolean): Routine => {
  const n = x.outer * x.r * x.inner
  const large = threads && n * cost.element >= worthThreads
  const kind = x.of === "sum" ? "pgx_sum" : "pgx_most"
  const made = x.inner === 1 ? ofRows(x, kind, large) : ofColumns(x, kind, large)
  return {
    name: x.of === "sum" ? "sum" : "max",
    comment: `over ${x.r} of [${x.outer}, ${x.r}, ${x.inner}]`,
    operands: [x.from, x.to],
    body: ["const float *from = at[0];", "float *to = at[1];", ...made.body],
    splits: made.splits,
    headers: ["map", "reduce"]
  }
}

interface Made {
  readonly body: readonly string[]
  readonly splits: boolean
}

const ofRows = (x: Reduce, kind: string, large: boolean): Made => {
  const splits = large && x.outer > 1
  const call =
    x.r <= SHORT
      ? `${kind}_short(from, to, first, last, ${x.r});`
      : `${kind}_rows(from, to, first, last, ${x.r}, ${block(x.r, 64)});`
  return { body: [...range(x.outer, splits), call], splits }
}

const ofColumns = (x: Reduce, kind: string, large: boolean): Made => {
  const { outer, r, inner } = x
  const place = outer === 1 ? ["from", "to"] : [`from + o * ${r * inner}`, `to + o * ${inner}`]
  const each = (call: string): readonly string[] =>
    outer === 1 ? [call] : ["for (int64_t o = first; o < last; o++) {", ...indent([call]), "}"]
  const byOuter = large && outer > 1
  const head = outer === 1 ? [] : range(outer, byOuter)
  if (inner < NARROW) {
    const call = `${kind}_narrow(${place.join(", ")}, ${r}, ${inner}, ${block(r, 64)});`
    return { body: [...head, ...each(call)], splits: byOuter }
  }
  const byColumns = large && outer === 1 && inner >= 2 * STRIPE
  const stripes = Math.ceil(inner / STRIPE)
  const columns = byColumns
    ? [
        `const int64_t left = ${STRIPE} * pgx_share(${stripes}, part, parts);`,
        `const int64_t end = ${STRIPE} * pgx_share(${stripes}, part + 1, parts), right = end < ${inner} ? end : ${inner};`
      ]
    : [`const int64_t left = 0, right = ${inner};`]
  const call = `${kind}_columns(${place.join(", ")}, ${r}, ${inner}, left, right, ${block(r, 64)});`
  return { body: [...columns, ...head, ...each(call)], splits: byOuter || byColumns }
}

/** Numbers a lane sums before it starts anew: about √r, no fewer than `least`, even. */
const block = (r: number, least: number): number => Math.max(least, 2 * Math.ceil(Math.sqrt(r) / 2))
