/** Values by their content: what several runs have alike is there once, and whoever reads it knows that it is whole. */
import { Effect, Option } from "effect"
import { type Kept, type RunStoreError, runStoreError } from "../../core/service/run_store.ts"
import { digest } from "../io/digest.ts"
import { pack } from "../io/packed.ts"

/** The key of what stands in an array's place: its content's name. A record of others with that key is wrapped likewise. */
const MARK = "$content"

/** Arrays of fewer bytes stay where they are. */
const SMALL = 1024

/** A value, and under their names the arrays that stand beside it. */
interface Parted {
  readonly value: unknown
  readonly arrays: ReadonlyMap<string, ArrayBufferView>
}

/** The value without its large arrays: of equal values it is equal, and small enough to be read, hashed and sent. */
const parted = (given: unknown): Parted => {
  const arrays = new Map<string, ArrayBufferView>()
  const walk = (x: unknown): unknown => {
    if (typeof x !== "object" || x === null) return x
    if (ArrayBuffer.isView(x)) {
      if (x.byteLength < SMALL) return x
      const name = digest(pack(x))
      arrays.set(name, x)
      return { [MARK]: name }
    }
    if (Array.isArray(x)) return x.map(walk)
    const record = Object.fromEntries(Object.entries(x).map(([k, v]) => [k, walk(v)]))
    return Object.hasOwn(record, MARK) ? { [MARK]: record } : record
  }
  return { value: walk(given), arrays }
}

/** Where values are kept by their content. */
export interface Content {
  /** Keeps the value where it is not there already, and names it: SHA-256 of its packed form, lower-case hexadecimal. */
  readonly put: (value: unknown) => Effect.Effect<string, RunStoreError>
  /** Errors: `RunStoreError` missing, damaged. */
  readonly get: (name: string) => Effect.Effect<unknown, RunStoreError>
  /** The same under a name of one's choice, for what is not known before it is computed. */
  readonly putAs: (name: string, value: unknown) => Effect.Effect<void, RunStoreError>
  readonly find: (name: string) => Effect.Effect<Option.Option<unknown>, RunStoreError>
}

/** Content in the place of kept values. */
export const contentIn = (kept: Kept): Content => {
  const known = new Set<string>()
  const putPart = Effect.fnUntraced(function* (name: string, value: unknown) {
    if (known.has(name)) return
    const there = yield* Effect.orElseSucceed(kept.find(pathOf(name), name), () => Option.none())
    if (Option.isNone(there)) yield* kept.put(pathOf(name), name, value)
    known.add(name)
  })
  const putArrays = ({ arrays }: Parted) =>
    Effect.forEach(arrays, ([name, array]) => putPart(name, array), { discard: true })
  const getPart = Effect.fnUntraced(function* (name: string) {
    const found = yield* kept.find(pathOf(name), name)
    if (Option.isSome(found) && digest(pack(found.value)) === name) return found.value
    const reason = Option.isSome(found) ? "damaged" : "missing"
    const got = Option.isSome(found) ? "others" : "nothing there"
    const want = "the bytes that its name tells"
    return yield* Effect.fail(runStoreError({ reason, path: pathOf(name), want, got, fix: "run the experiment again" }))
  })
  const whole = Effect.fnUntraced(function* (value: unknown) {
    const arrays = new Map<string, unknown>()
    for (const name of namesIn(value)) arrays.set(name, yield* getPart(name))
    return joined(value, arrays)
  })
  return {
    put: Effect.fnUntraced(function* (value) {
      const parts = parted(value)
      const name = digest(pack(parts.value))
      yield* putArrays(parts)
      yield* putPart(name, parts.value)
      return name
    }),
    get: (name) => Effect.flatMap(getPart(name), whole),
    putAs: Effect.fnUntraced(function* (name, value) {
      const parts = parted(value)
      yield* putArrays(parts)
      yield* kept.put(name, name, parts.value)
    }),
    find: Effect.fnUntraced(function* (name) {
      const found = yield* kept.find(name, name)
      return Option.isNone(found) ? found : Option.some(yield* whole(found.value))
    })
  }
}

/** Two characters more: a folder of millions of files is slow to list. */
const pathOf = (name: string): string => `content/${name.slice(0, 2)}/${name}`

/** The name that stands for an array, where the value is one. */
const nameIn = (value: object): string | undefined => {
  const mark: unknown = Reflect.get(value, MARK)
  return typeof mark === "string" ? mark : undefined
}

/** What a record was before it was kept. */
const recordOf = (value: object): object => (Object.hasOwn(value, MARK) ? Object(Reflect.get(value, MARK)) : value)

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value)

/** The names of the arrays that it is to have. */
const namesIn = (value: unknown, found = new Set<string>()): ReadonlySet<string> => {
  if (!isPlain(value)) return found
  const name = Array.isArray(value) ? undefined : nameIn(value)
  if (name !== undefined) found.add(name)
  else for (const inner of Object.values(recordOf(value))) namesIn(inner, found)
  return found
}

/** The value with its arrays in their places. */
const joined = (value: unknown, arrays: ReadonlyMap<string, unknown>): unknown => {
  if (!isPlain(value)) return value
  if (Array.isArray(value)) return value.map((v: unknown) => joined(v, arrays))
  const name = nameIn(value)
  if (name !== undefined) return arrays.get(name)
  return Object.fromEntries(Object.entries(recordOf(value)).map(([key, v]) => [key, joined(v, arrays)]))
}
