/** What a run keeps until it is finished: one file a name, that tells by itself whether it is whole. */
import { Effect, Option } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Kept, runStoreError } from "../../../core/service/run_store.ts"
import { digest } from "../../io/digest.ts"
import { pack, unpack } from "../../io/packed.ts"
import type { Files } from "./files.ts"

/** The folder below the run's directory. */
export const keptFolder = "kept"

const DIGEST = 64

/** What it takes to keep: a folder, or any store of named bytes. */
export type KeptFiles = Pick<Files, "read" | "write" | "remove">

/**
 * Kept values in files.
 *
 *     SHA-256 of the rest · { inputs: SHA-256 of the packed inputs, value }, packed
 */
export const keptIn = (files: KeptFiles, machine: string): Kept => ({
  machine,
  find: Effect.fn("kept.find")(function* (name, inputs) {
    const path = pathOf(name)
    const found = yield* files.read(path).pipe(
      Effect.asSome,
      Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? Effect.succeedNone : Effect.fail(e)))
    )
    if (Option.isNone(found)) return Option.none()
    const entry = entryOf(found.value)
    if (E.isRight(entry))
      return entry.right.inputs === digest(pack(inputs)) ? Option.some(entry.right.value) : Option.none()
    const want = "what the run kept there"
    return yield* Effect.fail(
      runStoreError({ reason: "damaged", path, want, got: entry.left, fix: "it is computed anew" })
    )
  }),
  put: Effect.fn("kept.put")(function* (name, inputs, value) {
    const body = pack({ inputs: digest(pack(inputs)), value })
    const bytes = new Uint8Array(DIGEST + body.length)
    bytes.set(new TextEncoder().encode(digest(body)))
    bytes.set(body, DIGEST)
    yield* files.write(pathOf(name), bytes)
  }),
  alone: () => (work) => work,
  drop: (below) => files.remove(below === "" ? keptFolder : `${keptFolder}/${fileName(below).replace(/\/$/, "")}`)
})

const entryOf = (bytes: Uint8Array): E.Either<string, { readonly inputs: unknown; readonly value: unknown }> => {
  const body = bytes.subarray(DIGEST)
  const [want, got] = [new TextDecoder().decode(bytes.subarray(0, DIGEST)), digest(body)]
  if (want !== got) return E.left("other bytes, or a part of them")
  return E.map((entry) => Object.assign({ inputs: "", value: undefined }, entry))(unpack(body))
}

const ENDING = ".bin"

const pathOf = (name: string): string => `${keptFolder}/${fileName(name)}${ENDING}`

/** Whether a path that counts from the run's directory is that of something kept. */
export const isKeptPath = (path: string): boolean => path.startsWith(`${keptFolder}/`) && path.endsWith(ENDING)

const fileName = (name: string): string => name.replaceAll(" ", "-")
