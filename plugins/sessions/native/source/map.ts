/** Elementwise groups: one loop whose temporaries are C variables, so that the compiler finds their registers. */
import { binaries, type Computed, unaries } from "../../../../core/program/internal.ts"
import type { InputKind, MapFunction, MapInstruction } from "../../../../core/program/plan/mod.ts"
import { cost, float, type Header, indent, type Routine, worthThreads } from "./routine.ts"

const functions: Readonly<Record<MapFunction, Pick<Computed, "c" | "elementary" | "slow">>> = {
  copy: { c: "a" },
  ...unaries,
  ...binaries,
  select: { c: "pgx_choose(a, b, c)" }
}

/** A function of these registers in C. */
const expression = (fn: MapFunction, [a, b, c]: readonly number[]): string =>
  functions[fn].c.replaceAll(/\b[abc]\b/g, (operand) => `v${{ a, b, c }[operand]}`)

/** Rows of fewer numbers are walked together, a vector spanning several. */
const NARROW = 16

export const mapRoutine = (x: MapInstruction, threads: boolean): Routine => {
  const s = simplified(x)
  const layout = !s.inputs.some((i) => i.kind === "row" || i.kind === "column")
    ? "line"
    : s.cols < NARROW
      ? "narrow"
      : "rows"
  const ns = x.operations.reduce((sum, o) => sum + (functions[o.fn].slow ? cost.function : cost.operation), 0)
  const full = x.inputs.filter((i) => i.kind === "full").length + x.outputs.length
  const splits = threads && x.rows * x.cols * (ns + cost.element * full) >= worthThreads
  const usesMath = x.operations.some((o) => functions[o.fn].elementary)
  const headers: Header[] = [
    "map",
    ...(usesMath ? ["math" as const] : []),
    ...(layout === "narrow" ? ["lanes" as const] : [])
  ]
  return {
    name: "map",
    comment: `${x.rows} x ${x.cols}`,
    operands: [...x.inputs.map((i) => i.slot), ...x.outputs.map((o) => o.slot)],
    body: x.rows * x.cols === 0 ? [] : [...pointers(s), ...loops[layout](s, splits)],
    splits,
    headers
  }
}

/** Operands seen through axes of size 1: a row vector of a single column is a scalar, and so on. */
const simplified = (x: MapInstruction): MapInstruction => {
  const seen = (kind: InputKind): InputKind => {
    if (x.rows * x.cols === 1 && kind !== "scalar") return "full"
    if (kind === "row") return x.rows === 1 ? "full" : x.cols === 1 ? "scalar" : "row"
    if (kind === "column") return x.cols === 1 ? "full" : x.rows === 1 ? "scalar" : "column"
    return kind
  }
  return { ...x, inputs: x.inputs.map((i) => ({ ...i, kind: seen(i.kind) })) }
}

/** Operands that stay the same all along, and the addresses of the others. */
const pointers = (x: MapInstruction): readonly string[] => [
  ...x.inputs.map(({ kind }, i) =>
    kind === "scalar" ? `const pgx_f32 v${i} = pgx_splat(at[${i}][0]);` : `const float *x${i} = at[${i}];`
  ),
  ...x.literals.map((value, i) => `const pgx_f32 v${x.inputs.length + i} = pgx_splat(${float(value)});`),
  ...x.outputs.map((_, i) => `float *y${i} = at[${x.inputs.length + i}];`)
]

/** Loads, operations and stores of one vector; every load comes before every store, as outputs may lie on inputs. */
const vector = (
  x: MapInstruction,
  load: (kind: InputKind, pointer: string) => string | undefined,
  put: (pointer: string, value: string) => string
): readonly string[] => {
  const first = x.inputs.length + x.literals.length
  const loads = x.inputs.flatMap(({ kind }, i) => {
    const from = load(kind, `x${i}`)
    return from === undefined ? [] : [`const pgx_f32 v${i} = ${from};`]
  })
  const operations = x.operations.map(
    ({ fn, operands }, i) => `const pgx_f32 v${first + i} = ${expression(fn, operands)};`
  )
  return [...loads, ...operations, ...x.outputs.map(({ register }, i) => put(`y${i}`, `v${register}`))]
}

/** Without vectors along one axis the space is a plain line. */
const line = (x: MapInstruction, splits: boolean): readonly string[] => {
  const n = x.rows * x.cols
  const body = vector(
    x,
    (kind, p) => (kind === "full" ? `pgx_load(${p} + i)` : undefined),
    (p, v) => `pgx_put(${p}, i, ${n}, ${v});`
  )
  return [...vectors(n, splits), "for (int64_t i = first; i < last; i += PGX_LANES) {", ...indent(body), "}"]
}

const rows = (x: MapInstruction, splits: boolean): readonly string[] => {
  const columns = x.inputs.flatMap(({ kind }, i) =>
    kind === "column" ? [`const pgx_f32 v${i} = pgx_splat(x${i}[row]);`] : []
  )
  const body = vector(
    x,
    (kind, p) => (kind === "full" ? `pgx_load(${p} + start + i)` : kind === "row" ? `pgx_load(${p} + i)` : undefined),
    (p, v) => `pgx_put(${p} + start, i, ${x.cols}, ${v});`
  )
  return [
    ...range(x.rows, splits),
    "for (int64_t row = first; row < last; row++) {",
    ...indent([
      `const int64_t start = row * ${x.cols};`,
      ...columns,
      `for (int64_t i = 0; i < ${x.cols}; i += PGX_LANES) {`,
      ...indent(body),
      "}"
    ]),
    "}"
  ]
}

const narrow = (x: MapInstruction, splits: boolean): readonly string[] => {
  const n = x.rows * x.cols
  const body = vector(
    x,
    (kind, p) =>
      kind === "full"
        ? `pgx_load(${p} + i)`
        : kind === "column"
          ? `pgx_permute(pgx_load(${p} + row), down)`
          : kind === "row"
            ? `pgx_cycle(${p}, ${x.cols}, along)`
            : undefined,
    (p, v) => `pgx_put(${p}, i, ${n}, ${v});`
  )
  return [
    ...vectors(n, splits),
    `int64_t row = first / ${x.cols};`,
    `int32_t phase = first % ${x.cols};`,
    "for (int64_t i = first; i < last; i += PGX_LANES) {",
    ...indent([
      `const pgx_i32 down = pgx_down(phase, ${x.cols});`,
      ...(x.inputs.some((i) => i.kind === "row") ? [`const pgx_i32 along = pgx_along(phase, ${x.cols}, down);`] : []),
      ...body,
      `row += PGX_LANES / ${x.cols};`,
      `phase += PGX_LANES % ${x.cols};`,
      `if (phase >= ${x.cols}) {`,
      `  phase -= ${x.cols};`,
      "  row++;",
      "}"
    ]),
    "}"
  ]
}

const loops = { line, rows, narrow } as const

/** The numbers [first, last) of this part, cut where vectors meet. */
const vectors = (n: number, splits: boolean): readonly string[] =>
  splits
    ? [
        `const int64_t vectors = (${n} + PGX_LANES - 1) / PGX_LANES;`,
        "const int64_t first = PGX_LANES * pgx_share(vectors, part, parts);",
        `const int64_t end = PGX_LANES * pgx_share(vectors, part + 1, parts), last = end < ${n} ? end : ${n};`
      ]
    : range(n, false)

/** The pieces [first, last) of this part. */
export const range = (n: number, splits: boolean): readonly string[] =>
  splits
    ? [`const int64_t first = pgx_share(${n}, part, parts), last = pgx_share(${n}, part + 1, parts);`]
    : [`const int64_t first = 0, last = ${n};`]
