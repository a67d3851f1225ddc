/** Readers of another hand: Python's own csv, and TensorBoard. */
import { spawnSync } from "node:child_process"
import fc from "fast-check"
import type { EventRow } from "../../../core/service/run_store.ts"

const pythons = [process.env.PGEX_PYTHON ?? "", "python3"].filter((name) => name !== "")
const with_ = (packages: string): string | undefined =>
  pythons.find((name) => spawnSync(name, ["-c", `import ${packages}`], { stdio: "ignore" }).status === 0)

export const plainPython = with_("csv")
export const noPython = plainPython === undefined && "no Python here: PGEX_PYTHON, python3"
export const tensorboard = with_("tensorboard")
export const noTensorboard = tensorboard === undefined && "no Python with tensorboard: PGEX_PYTHON, python3"

export const protocol = with_("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

export const wandb = with_("wandb")
export const noWandb = wandb === undefined && "no Python with wandb: PGEX_PYTHON, python3"

/** What a script prints, as JSON. */
export const printed = (python: string | undefined, script: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(python ?? "", ["-c", script, ...args], { encoding: "utf8" })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

/** Prints every scalar as [tag, step, value as text], file by file in the folders that it is given. */
const SCALARS = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
def scalars(folder):
    a = EventAccumulator(folder, size_guidance={"scalars": 0})
    a.Reload()
    return [[tag, e.step, str(e.value)] for tag in sorted(a.Tags()["scalars"]) for e in a.Scalars(tag)]
print(json.dumps([scalars(folder) for folder in sys.argv[1:]]))
`

export type Scalar = readonly [tag: string, step: number, value: number]

/** What TensorBoard finds in folders. */
export const scalarsIn = (...folders: readonly string[]): readonly (readonly Scalar[])[] => {
  const found: readonly (readonly (readonly [string, number, string])[])[] = printed(tensorboard, SCALARS, folders)
  return found.map((all) => all.map(([tag, step, text]) => [tag, step, numberOf(text)]))
}

const numberOf = (text: string): number =>
  ({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY })[text] ?? Number(text)

const name = fc.oneof(
  fc.constantFrom("goal=1,2", 'a "quoted" one', "two\nlines\r", " blank ", "=1+1", "naïve", "back\\nslash", "#"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 })
)

/** Rows of a stage and of a training below it, a step after the other; each but once. */
export const rowsOf = (stage: string): fc.Arbitrary<readonly EventRow[]> =>
  fc
    .record({
      steps: fc.nat({ max: 3 }),
      tasks: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
      values: fc.array(fc.double(), { minLength: 4, maxLength: 4 })
    })
    .map(({ steps, tasks, values }) =>
      Array.from({ length: steps }, (_, step) =>
        ["", ...tasks].map((task, i) => {
          const of = step % 2 === 0 ? stage : `${stage}/group 1/seed 0`
          return { stage: of, step, task, metric: "return/mean", value: values[(step + i) % 4]! }
        })
      ).flat()
    )
