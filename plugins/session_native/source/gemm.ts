/** Matrix products: calls of `kernels/gemm.h` with their sizes. */
import type { Gemm } from "./instruction.ts"
import { range } from "./map.ts"
import { cost, indent, type Routine, worthThreads } from "./routine.ts"

export const gemmRoutine = (x: Gemm, threads: boolean): Routine => {
  const form = `${x.transposeA ? "t" : "n"}${x.transposeB ? "t" : "n"}`
  const splits = threads && x.batch * x.m * x.n * x.k * cost.product >= worthThreads
  const product = (a: string, b: string, c: string, first: string, last: string): string =>
    `pgx_gemm_${form}(${x.m}, ${x.n}, ${x.k}, ${a}, ${b}, ${c}, ${first}, ${last});`
  const item = (i: number, { stride }: { readonly stride: number }): string =>
    stride === 0 ? `at[${i}]` : `at[${i}] + item * ${stride}`
  const batched = (first: string, last: string): readonly string[] =>
    indent([product(item(0, x.a), item(1, x.b), item(2, x.c), first, last)])
  // Every number of C is the same whichever rows it is computed with, so threads share rows or items as there are.
  const body =
    x.batch === 1
      ? [...range(x.m, splits), product("at[0]", "at[1]", "at[2]", "first", "last")]
      : [...range(x.batch, splits), "for (int64_t item = first; item < last; item++)", ...batched("0", String(x.m))]
  return {
    name: `gemm_${form}`,
    comment: `${x.batch === 1 ? "" : `${x.batch} times `}${x.m} x ${x.n}, k ${x.k}`,
    operands: [x.a.slot, x.b.slot, x.c.slot],
    body,
    splits,
    headers: ["map", "gemm"]
  }
}
