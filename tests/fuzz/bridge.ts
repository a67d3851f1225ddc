/** Programs in the place of Python that answer with damaged messages. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { gymnasium } from "../../plugins/gymnasium/mod.ts"
import { bytesOf, mutated, mutatedJson, type Target } from "../support/fuzz.ts"

const hello = { protocol: 1, python: "3.12.0", gymnasium: "1.4.0" }

const hex = (...values: readonly number[]): string => Buffer.from(Float64Array.from(values).buffer).toString("hex")

const description = {
  observation: { low: hex(-1, -2), high: hex(1, 2), names: ["x", "v"], dtype: "float32" },
  action: { n: 2, names: ["left", "right"] },
  parameters: { gain: 0.5, name: "a", on: true },
  arguments: ["gain"],
  whole: [],
  tasks: { parameter: "name", values: ["a", "b"] },
  steps: 200,
  seconds: 0.02,
  step: 1e-6,
  rewards: 0,
  repeats: "generator",
  versions: "gymnasium 1.4.0"
}

const refusal = {
  reason: "argument",
  want: "gain",
  got: "gian",
  fix: "",
  valid: ["gain", "name"],
  member: 0,
  at: "step"
}

const CALL = 0
const FAILED = 255

/** A message: four words and the JSON. */
const framed = (json: Uint8Array, kind = CALL): Uint8Array => {
  const bytes = new Uint8Array(16 + json.length)
  bytes.set(bytesOf("PGEX"))
  const view = new DataView(bytes.buffer)
  view.setUint32(4, kind, true)
  view.setUint32(8, json.length, true)
  bytes.set(json, 16)
  return bytes
}

const text = (value: unknown): Uint8Array => bytesOf(JSON.stringify(value))

/** What a child says it is. It greets well before, so that this is reached. */
const answers = fc.oneof(
  mutatedJson([description]).map((json) => framed(json)),
  mutatedJson([refusal]).map((json) => framed(json, FAILED)),
  mutated([framed(text(description)), framed(text(refusal), FAILED)])
)

/** Where the children's answers are; it goes when the process does. */
const folder = mkdtempSync(join(tmpdir(), "pgex-fuzz-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const [greeting, answer, script] = [`${folder}/hello`, `${folder}/answer`, `${folder}/child.sh`] as const

export const bridges: readonly Target[] = [
  {
    name: "messages of Python processes",
    valid: framed(text(description)),
    inputs: answers,
    read: (input) => {
      writeFileSync(greeting, framed(text(hello)))
      writeFileSync(answer, input)
      // A request comes before each answer but the greeting; behind the last is the end, so that nothing is waited for.
      writeFileSync(script, `cat '${greeting}'; dd bs=65536 count=1 of=/dev/null 2>/dev/null; cat '${answer}'`)
      const source = gymnasium({ python: "/bin/sh", script, seconds: 3, variables: { PATH: process.env.PATH } })
      try {
        const family = source.family("gymnasium:Odd-v0")
        if (E.isLeft(family)) return family.left.message
        const tasks = family.right.tasks({ n: 2 })
        return E.isLeft(tasks) ? tasks.left.message : undefined
      } finally {
        source.close()
      }
    }
  }
]
