/** Matrix products: calls of `kernels/gemm.h` with their sizes. */
import type { Batched, Gemm } from "../../../../core/program/plan/mod.ts"
import { range } from "./map.ts"
import { cost, indent, type Routine, worthThreads } from "./routine.ts"

export const gemmRoutine = (x: Gemm, threads: boolean): Routine => {
  const splits = threads && x.batch * x.m * x.n * x.k * cost.product >= worthThreads
  const form = `${x.transposeA ? "t" : "n"}${x.transposeB ? "t" : "n"}`
  const product = (a: string, b: string, c: string, rows: string): string =>
    `pgx_gemm_${form}(${x.m}, ${x.n}, ${x.k}, ${a}, ${b}, ${c}, ${rows});`
  const items = [x.a, x.b, x.c].map(itemOf)
  // Every number of C is the same whichever rows it is computed with, so threads share rows or items as there are.
  const body =
    x.batch === 1
      ? [...range(x.m, splits), product("at[0]", "at[1]", "at[2]", "first, last")]
      : [
          ...range(x.batch, splits),
          "for (int64_t item = first; item < last; item++)",
          ...indent([product(items[0]!, items[1]!, items[2]!, `0, ${x.m}`)])
        ]
  return {
    name: `gemm_${form}`,
    comment: `${x.batch === 1 ? "" : `${x.batch} times `}${x.m} x ${x.n}, k ${x.k}`,
    operands: [x.a.slot, x.b.slot, x.c.slot],
    body,
    splits,
    headers: ["map", "gemm"]
  }
}

/** The address of a batch's item in operand i. */
const itemOf = ({ stride }: Batched, i: number): string => (stride === 0 ? `at[${i}]` : `at[${i}] + item * ${stride}`)
