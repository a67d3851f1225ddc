/** What a run's directory holds, and what a run reads back of it. */
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { loadPolicy, type SavedPolicy, savePolicy } from "../../algorithms/mod.ts"
import { loadState } from "../../algorithms/state.ts"
import { fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import type { RunStoreError } from "../../core/service/run_store.ts"
import { cartPole, type Environment, frozenLake, linearQuadratic } from "../../envs/mod.ts"
import { presets } from "../../pipeline/presets.ts"
import { digest } from "../../plugins/io/digest.ts"
import { pack } from "../../plugins/io/packed.ts"
import { readSafetensors, writeSafetensors } from "../../plugins/io/safetensors.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { version } from "../../plugins/runs/machine.ts"
import { type Files, memoryFiles } from "../../plugins/runs/store/files.ts"
import { keptIn } from "../../plugins/runs/store/kept.ts"
import { mendedManifest, readManifest } from "../../plugins/runs/store/manifest.ts"
import { resumable } from "../../plugins/runs/store/resumable.ts"
import { formatVersion, readRunFile, writeRunFile } from "../../plugins/runs/store/run_file.ts"
import { bytesOf, mutated, mutatedJson, type Target } from "../support/fuzz.ts"

const right = <A>(e: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(e)) throw new Error(e.left.message)
  return e.right
}

const policyFor = (environment: Environment, learner: (typeof catalog.algorithms)[number]): SavedPolicy => {
  const network = { layers: 1, width: 3, activation: "tanh", taskOneHot: false } as const
  const policy = right(learner.makePolicy(environment, network, ["only"]))
  const theta = new Float64Array(policy.size)
  fillNormal(stream(zeroKey), theta)
  return savePolicy(policy, theta, { algorithm: learner, environment, tasks: [{ id: "only", params: {} }] })
}

const [first = right(E.left({ message: "no algorithms" }))] = catalog.algorithms
const saved = [cartPole, frozenLake, linearQuadratic].map((environment) => policyFor(environment, first))
const files = saved.map(({ tensors, meta }) => writeSafetensors(tensors, meta))

const loaded = ({ tensors, meta }: SavedPolicy): string | undefined =>
  pipe(
    loadPolicy({ tensors, meta }, catalog.algorithms),
    E.fold(
      (e) => e.message,
      () => undefined
    )
  )

const read = (bytes: Uint8Array): string | undefined =>
  pipe(
    readSafetensors(bytes, "policy.safetensors"),
    E.fold((e): string | undefined => e.message, loaded)
  )

/** A file's header changed, with its length made right again. */
const headers = (file: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true))
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, start)))
  return mutatedJson([header]).map((text) => framed(text, file.subarray(start)))
}

const framed = (header: Uint8Array, data: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + header.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  bytes.set(data, 8 + header.length)
  return bytes
}

/** One text of a policy's metadata changed: JSON within the JSON of the header. */
const metadata = (policy: SavedPolicy): fc.Arbitrary<Uint8Array> =>
  fc
    .constantFrom(...Object.keys(policy.meta).filter((key) => policy.meta[key]?.startsWith("{")))
    .chain((key) =>
      mutatedJson([JSON.parse(policy.meta[key] ?? "")]).map((text) =>
        writeSafetensors(policy.tensors, { ...policy.meta, [key]: new TextDecoder().decode(text) })
      )
    )

const run = {
  format: formatVersion,
  policygradex: "0.1.0",
  startedAt: "2026-01-01T00:00:00.000Z",
  command: "pgex run quick",
  config: presets.quick,
  seed: 0,
  versions: { bun: "1", "plugin p": "2" },
  machine: { cores: 2, cpu: "some" },
  plugins: [{ name: "p", version: "1", from: "./p", sha256: "0", file: "/p.ts", path: "../p.ts" }]
}

const artefact = (name: string, bytes = 9) => ({
  stage: "grouping",
  name,
  path: `grouping/${name}.0123456789ab.json`,
  sha256: "0123456789ab",
  bytes
})

/** Reads files that hold the input under one name. */
const reading =
  (path: string, reader: (all: Files) => Effect.Effect<unknown, RunStoreError>) =>
  async (input: Uint8Array): Promise<string | undefined> => {
    const result = await Effect.runPromise(Effect.result(reader(memoryFiles(new Map([[path, input]])))))
    return result._tag === "Failure" ? result.failure.message : undefined
  }

const state = {
  identity: JSON.stringify({ algorithm: "ppo", config: { clip: 0.2 }, tasks: [{ id: "a", is: '{"length":0.5}' }] }),
  iteration: 3,
  steps: 96,
  environments: { states: "00", returns: "00", lengths: [3, 4], streams: ["a", "b"] },
  streams: { actions: "c" }
}

const arrays = { policy: new Float64Array(3), value: new Float64Array(2), observation: new Float64Array(4) }

const kept = (body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(64 + body.length)
  bytes.set(bytesOf(digest(body)))
  bytes.set(body, 64)
  return bytes
}

const inputs = { stage: "truth", seed: 0 }
const body = pack({ inputs: digest(pack(inputs)), value: { result: [1, Number.NaN], arrays } })

export const directories: readonly Target[] = [
  {
    name: "saved policies",
    valid: files[0] ?? new Uint8Array(),
    inputs: fc.oneof(mutated(files), ...files.map(headers), ...saved.map(metadata)),
    read
  },
  {
    name: "run.json",
    valid: bytesOf(JSON.stringify(run)),
    inputs: fc.oneof(mutatedJson([run]), mutated([bytesOf(JSON.stringify(run))])),
    read: reading("run.json", (all) =>
      Effect.gen(function* () {
        const found = yield* readRunFile(all, "/runs/a")
        // What --force and --resume make of it.
        yield* writeRunFile(all, { ...found, replaces: true })
        yield* resumable("/runs/a", { ...found, policygradex: version }, run)
      })
    )
  },
  {
    name: "artefacts.json",
    valid: bytesOf(JSON.stringify([artefact("groups")])),
    inputs: mutatedJson([[artefact("groups"), artefact("scores", 1e6)], [artefact("__proto__")]]),
    read: reading("artefacts.json", (all) =>
      Effect.andThen(mendedManifest(all, "/runs/a"), () => readManifest(all, "/runs/a"))
    )
  },
  {
    name: "training states",
    valid: bytesOf(JSON.stringify(state)),
    inputs: mutatedJson([state]),
    read: (input) =>
      pipe(
        loadState(
          { json: new TextDecoder().decode(input), arrays },
          state.identity,
          { policy: 3, value: 2, observation: 4, moments: 0 },
          []
        ),
        E.fold(
          (e): string | undefined => e.message,
          () => undefined
        )
      )
  },
  {
    name: "results that a run keeps",
    valid: kept(body),
    // A digest tells of almost every change; those who change both have read the format.
    inputs: fc.oneof(mutated([kept(body)]), mutated([body]).map(kept)),
    read: reading("kept/truth.bin", (all) => keptIn(all, "here").find("truth", inputs))
  }
]
