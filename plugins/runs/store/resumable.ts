/** Whether a run can go on: the same configuration, the same code. */
import { Effect, Predicate } from "effect"
import { type RunStoreError, type RunStoreReason, runStoreError } from "../../../core/service/run_store.ts"
import { plainText, shortened } from "../../../core/text/shown.ts"
import { version } from "../machine.ts"

/** What decides a run's numbers, of the run that was begun and of what is to go on. */
interface Begun {
  readonly config: unknown
  /** Of plugins, their code's digest by `plugin NAME`. */
  readonly versions: Readonly<Record<string, string>>
}

/** Settings that change no number. Plugins are compared by their code, wherever that is. */
const free = new Set(["preset", "workers", "plugins"])

/** Errors: `RunStoreError` other-version, or other-config naming the settings that differ. */
export const resumable = (
  path: string,
  begun: Begun & { readonly policygradex: string },
  now: Begun
): Effect.Effect<void, RunStoreError> => {
  const refuse = (reason: RunStoreReason, want: string, got: string, fix: string) =>
    Effect.fail(runStoreError({ reason, path, want, got, fix }))
  const again = "or give --force to run it anew"
  if (begun.policygradex !== version) {
    const want = `a run that policygradex ${version} began`
    return refuse("other-version", want, `one of ${begun.policygradex}`, `go on with that version, ${again}`)
  }
  const plugin = namesOf(begun.versions, now.versions).find(
    (name) => name.startsWith("plugin ") && begun.versions[name] !== now.versions[name]
  )
  if (plugin !== undefined) {
    const got = now.versions[plugin] === undefined ? "none" : "another one"
    return refuse("other-version", `${plugin} as the run was begun with`, got, `bring it back, ${again}`)
  }
  const differing = settingDifferences(withNetwork(begun.config), withNetwork(now.config))
  if (differing.length === 0) return Effect.void
  const want = differing.map(({ key, was }) => `${key} ${was}`).join(", ")
  const got = differing.map(({ is }) => is).join(", ")
  return refuse("other-config", `${want}, as the run was begun with`, got, `leave the settings out to go on, ${again}`)
}

/** What a configuration means that names no architecture, and no settings of one. */
const plain = { id: "mlp", options: {} }

/** A configuration that says which network it means. */
const withNetwork = (config: unknown): unknown => {
  const network = Predicate.hasProperty(config, "network") ? config.network : undefined
  if (!Predicate.isObject(config) || !Predicate.isObject(network)) return config
  return { ...config, network: { ...plain, ...network } }
}

/** A setting with both its values, shortened. */
export interface Difference {
  readonly key: string
  readonly was: string
  readonly is: string
}

/** Settings that are not the same, of those that change a number, with both values. */
export const settingDifferences = (was: unknown, is: unknown, key = ""): readonly Difference[] => {
  if (free.has(key)) return []
  if (Predicate.isObject(was) && Predicate.isObject(is) && !Array.isArray(was) && !Array.isArray(is)) {
    const [a, b]: readonly Readonly<Record<string, unknown>>[] = [{ ...was }, { ...is }]
    return namesOf(a!, b!).flatMap((name) =>
      settingDifferences(a![name], b![name], key === "" ? name : `${key}.${name}`)
    )
  }
  const [a, b] = [plainText(was), plainText(is)]
  return a === b ? [] : [{ key, was: shortened(a, 80), is: shortened(b, 80) }]
}

const namesOf = (a: object, b: object): readonly string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])]
