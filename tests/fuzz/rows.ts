/** Transitions in files: every format that `pgex group` takes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import fc from "fast-check"
import { unzipSync, zipSync } from "fflate"
import { openRows } from "../../plugins/exchange/mod.ts"
import { fixture } from "../pipeline/stages/support.ts"
import { bytesOf as fromBase64 } from "../plugins/exchange/support.ts"
import { bytesOf, mutated, mutatedText, type Target } from "../support/fuzz.ts"

const { files, minari } = fixture<{
  readonly files: Readonly<Record<string, string>>
  readonly minari: { readonly file: string }
}>("policies/rows")

/** Where the input lies; it goes when the process does. */
const folder = mkdtempSync(join(tmpdir(), "pgex-fuzz-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

/** Reads every row of every column. */
const read = (ending: string) => async (input: Uint8Array) => {
  const path = join(folder, `rows${ending}`)
  writeFileSync(path, input)
  const all = Effect.flatMap(openRows([path]), (source) => {
    const numbers = source.columns.reduce((sum, c) => sum + c.width, 0)
    // Whatever a header says, a chunk is small.
    const held = (count: number) => count * numbers <= 2 ** 23 || count === 1
    return Stream.runForEach(source.read(source.columns.map((c) => c.name)), ({ count }) =>
      held(count) ? Effect.void : Effect.die(new Error(`${count} rows of ${numbers} numbers at a time`))
    )
  })
  const result = await Effect.runPromise(Effect.result(all))
  return result._tag === "Failure" ? result.failure.message : undefined
}

const named = (ending: string): readonly Uint8Array[] =>
  Object.entries(files).flatMap(([name, base64]) => (name.endsWith(ending) ? [fromBase64(base64)] : []))

/** Archives with a damaged member, stored: most of an array is its header here. */
const members = (archives: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.constantFrom(...archives).chain((archive) => {
    const parts = unzipSync(archive)
    return fc
      .constantFrom(...Object.keys(parts))
      .chain((path) =>
        mutated([parts[path] ?? new Uint8Array(0)]).map((changed) =>
          zipSync({ ...parts, [path]: changed }, { level: 0 })
        )
      )
  })

const target = (ending: string, inputs: (seeds: readonly Uint8Array[]) => fc.Arbitrary<Uint8Array>): Target => {
  const seeds = named(ending)
  return { name: `rows as ${ending}`, valid: seeds[0] ?? new Uint8Array(0), inputs: inputs(seeds), read: read(ending) }
}

const csv = named(".csv").map((bytes) => new TextDecoder().decode(bytes))
const dataset = fromBase64(minari.file)

export const rows: readonly Target[] = [
  target(".npz", (seeds) => fc.oneof(mutated(seeds), members(seeds))),
  target(".safetensors", mutated),
  target(".parquet", mutated),
  { name: "rows as .csv", valid: bytesOf(csv[0] ?? ""), inputs: mutatedText(csv), read: read(".csv") },
  { name: "rows as Minari's .hdf5", valid: dataset, inputs: mutated([dataset]), read: read(".hdf5") }
]
