/**
 * A plan as one C file: every size a constant, each instruction a function, one function that calls them in turn.
 *
 * The text depends on nothing but the plan, and holds no addresses: tensors are found by the table of slots at the time
 * of a call. Instructions that differ only in their tensors share a function. Whole vectors are read at the end of a
 * tensor too: up to 60 bytes behind it, which the arena leaves free.
 */
import { byKind, type InstructionTable, type Plan } from "../../../../core/program/plan/mod.ts"
import { copyRoutine } from "./copy.ts"
import { gemmRoutine } from "./gemm.ts"
import { pasted } from "./headers.ts"
import { mapRoutine } from "./map.ts"
import { fillRoutine, gatherRoutine, iotaRoutine, scatterRoutine } from "./moves.ts"
import { reduceRoutine } from "./reduce.ts"
import { type Header, indent, type Routine } from "./routine.ts"

export interface PrintOptions {
  /** Whether large instructions are made to be shared by threads. The numbers are the same with and without. */
  readonly threads: boolean
}

/** A plan as C, in the parts that it is compiled in. */
export interface Printed {
  /** `pgx_run` runs the plan. */
  readonly source: string
  /** What the source is linked with: the same text for many plans, so that it is compiled once for all of them. */
  readonly parts: readonly string[]
}

/** The C text of a plan. */
export const printPlan = (plan: Plan, options: PrintOptions): Printed => {
  const made = plan.instructions.map((x) => byKind(routines)(x, options.threads))
  const { functions, names } = distinct(made)
  const used = new Set<Header>(["mode", ...made.flatMap((r) => r.headers)])
  if (made.some((r) => r.splits)) used.add("threads")
  const source = [
    `/* The plan of ${plan.name.replaceAll("*/", "* /")}. Printed: see plugins/sessions/native. */\n`,
    pasted([...used].sort().map((header) => `${header}.h`)),
    RUNS,
    ...functions.map((f) => `\n${f}`),
    "\n",
    run(made, names)
  ].join("")
  return { source, parts: used.has("gemm") ? [pasted(["gemm.c"])] : [] }
}

const routines: InstructionTable<[threads: boolean], Routine> = {
  gemm: gemmRoutine,
  map: mapRoutine,
  reduce: reduceRoutine,
  copy: copyRoutine,
  fill: fillRoutine,
  gather: gatherRoutine,
  scatter: scatterRoutine,
  iota: iotaRoutine
}

/** Functions of their own compile faster than one long one. */
const RUNS = `
#include <stdint.h>
#define PGX_STEP static __attribute__((noinline)) void
`

/** The functions to print, and for each routine the name of the one it calls. */
const distinct = (
  routines: readonly Routine[]
): { readonly functions: readonly string[]; readonly names: readonly string[] } => {
  const known = new Map<string, string>()
  const functions: string[] = []
  const names = routines.map((r) => {
    const body = indent(r.body).join("\n")
    const key = `${r.name}(${r.splits})${body}`
    const name = known.get(key) ?? `${r.name}_${known.size}`
    if (!known.has(key)) {
      known.set(key, name)
      const head = `PGX_STEP ${name}(void *context, int32_t part, int32_t parts) {\n  float *const *at = context;`
      functions.push(`/* ${r.comment} */\n${head}\n${body}\n}\n`)
    }
    return name
  })
  return { functions, names }
}

/**
 * The exported function: `slots` is the byte offset of the table of the slots' own offsets. It goes through a table of
 * calls: as hundreds of statements it would take as long to compile as all they call.
 */
const run = (routines: readonly Routine[], names: readonly string[]): string => {
  const most = Math.max(1, ...routines.map((r) => r.operands.length))
  const call = routines.some((r) => r.splits)
    ? "pgx_parallel(steps[i].splits ? threads : 1, steps[i].run, at);"
    : "steps[i].run(at, 0, 1);"
  const walk = [
    `float *at[${most}];`,
    "const int32_t *slot = operands;",
    `for (int32_t i = 0; i < ${routines.length}; i++) {`,
    "  for (int32_t j = 0; j < steps[i].operands; j++) at[j] = (float *)(memory + (uint32_t)offsets[*slot++]);",
    `  ${call}`,
    "}"
  ]
  return `/* Slots of the operands of each step. */
static const int32_t operands[] = {
${indent(routines.map((r, i) => `${r.operands.join(", ")}, /* ${names[i]!} */`)).join("\n")}
  0
};

/* In order; threads share what splits. */
static const struct {
  void (*run)(void *context, int32_t part, int32_t parts);
  int32_t operands, splits;
} steps[] = {
${indent(routines.map((r, i) => `{${names[i]!}, ${r.operands.length}, ${r.splits ? 1 : 0}},`)).join("\n")}
  {0, 0, 0}
};

__attribute__((visibility("default"))) int32_t pgx_run(uint8_t *memory, int32_t slots, int32_t threads) {
  const int32_t *offsets = (const int32_t *)(memory + slots);
  const pgx_mode mode = pgx_mode_enter();
  (void)threads;
${indent(walk).join("\n")}
  pgx_mode_leave(mode);
  return 0;
}
`
}
