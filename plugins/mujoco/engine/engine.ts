/** Engines in use: one instance of each in a thread, started by the first that asks. */
import { posix } from "node:path"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Binding } from "./binding.ts"
import { type EngineError, engineError } from "./failure.ts"
import { instantiate, type Started } from "./instantiate.ts"
import { type Model, modelOf } from "./model.ts"
import type { EngineId } from "./packages.ts"
import { type ModelSource, withSmallArena } from "./source.ts"

/** A running engine. */
export interface Engine {
  readonly id: EngineId
  /**
   * Compiles a model; whoever asks closes it.
   *
   * - Errors: `model`, with MuJoCo's own words.
   */
  readonly model: (source: ModelSource) => E.Either<EngineError, Model>
  /**
   * The model of this key, compiled by the first that asks and kept as long as the thread: for environments, which nobody
   * closes. `source` is asked only then. Who changes such a model changes it for all that share it.
   *
   * - Errors: those of `source` and of {@link Engine.model}; nothing is kept then.
   */
  readonly sharedModel: <F>(key: string, source: () => E.Either<F, ModelSource>) => E.Either<F | EngineError, Model>
}

const running = new Map<EngineId, Engine>()

/**
 * The engine of this version; the first call of a thread starts it.
 *
 * - Errors: `no-package`, `other-package`.
 */
export const openEngine = (id: EngineId): E.Either<EngineError, Engine> => {
  const before = running.get(id)
  if (before !== undefined) return E.right(before)
  return E.map((started: Started) => {
    const engine = engineOf(id, started)
    running.set(id, engine)
    return engine
  })(instantiate(id))
}

const engineOf = (id: EngineId, started: Started): Engine => {
  const shared = new Map<string, Model>()
  const model = (source: ModelSource) => loaded(id, started, source)
  return {
    id,
    model,
    sharedModel: (key, source) => {
      const before = shared.get(key)
      if (before !== undefined) return E.right(before)
      return E.map((made: Model) => {
        shared.set(key, made)
        return made
      })(E.chainW(model)(source()))
    }
  }
}

/** Where files are while a model is loaded, in the engine's own file system. */
const ROOT = "/policygradex"

const loaded = (
  id: EngineId,
  { binding: mj, printed }: Started,
  { main, files }: ModelSource
): E.Either<EngineError, Model> => {
  const refuse = (got: string): E.Either<EngineError, never> =>
    E.left(
      engineError({ doing: `load ${main} into MuJoCo ${id}`, want: "a model that it compiles", got, reason: "model" })
    )
  if (!files.has(main)) return refuse("no file of this name")
  const load = mj.MjModel.from_xml_path ?? mj.MjModel.loadFromXML
  if (load === undefined) return refuse("no way to load one")
  const written: string[] = []
  printed.length = 0
  try {
    for (const [name, content] of files) {
      const path = posix.join(ROOT, name)
      mj.FS.mkdirTree(posix.dirname(path))
      mj.FS.writeFile(path, name === main ? withSmallArena(textOf(content)) : content)
      written.push(path)
    }
    const handle = load(posix.join(ROOT, main))
    return handle === null ? refuse(spoken(printed)) : E.right(modelOf(id, mj, handle, main))
  } catch (cause) {
    return refuse(wordsOf(mj, cause) ?? spoken(printed))
  } finally {
    for (const path of written) mj.FS.unlink(path)
  }
}

/** What was thrown: C++ throws an address, where JavaScript throws an error. */
const wordsOf = (mj: Binding, cause: unknown): string | undefined => {
  if (Predicate.hasProperty(cause, "excPtr") && typeof cause.excPtr === "number") {
    const [type, words] = mj.getExceptionMessage(cause.excPtr)
    return words ?? `${type}, of which this build gives no words: 3.14.0 does`
  }
  return Predicate.hasProperty(cause, "message") && typeof cause.message === "string" ? cause.message : undefined
}

const spoken = (printed: readonly string[]): string => printed.join(" ").trim() || "no reason told"

const textOf = (content: Uint8Array | string): string =>
  typeof content === "string" ? content : new TextDecoder().decode(content)
