/** Arrays of the engine's memory, as views that outlive its growth. */
import * as E from "fp-ts/lib/Either.js"
import { shown } from "../../../core/text/shown.ts"
import type { Handle } from "./binding.ts"
import { type EngineError, engineError } from "./failure.ts"

/** Kinds of the engine's arrays. */
type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array

/**
 * The array as it is now, live: what is written to it the engine reads. To be called wherever the array is used, for a view
 * that was kept from before is empty once the engine's memory has grown (another model was loaded); it costs a comparison.
 */
export type View<A extends Numbers = Float64Array> = () => A

/** Views of these names. */
export type Views<Name extends string, A extends Numbers = Float64Array> = {
  readonly [_ in Name]: View<A>
}

/** What owns arrays: a model or its data, in words for messages. */
interface Owner {
  readonly handle: Handle
  readonly what: string
}

/**
 * Views of an owner's arrays of real numbers.
 *
 * - Errors: `name`, where there is no such array, where it is of other numbers, or where the binding cannot give it.
 */
export const floatsOf = <Name extends string>(owner: Owner, names: readonly Name[]) =>
  viewsOf(owner, names, "real numbers", (x) => x instanceof Float64Array)

/** The same of whole numbers. */
export const integersOf = <Name extends string>(owner: Owner, names: readonly Name[]) =>
  viewsOf(owner, names, "whole numbers of 32 bits", (x) => x instanceof Int32Array)

/** The same of real numbers in single precision: colours, and points of meshes. */
export const singlesOf = <Name extends string>(owner: Owner, names: readonly Name[]) =>
  viewsOf(owner, names, "real numbers of 32 bits", (x) => x instanceof Float32Array)

/** The same of bytes: textures. */
export const bytesOf = <Name extends string>(owner: Owner, names: readonly Name[]) =>
  viewsOf(owner, names, "bytes", (x) => x instanceof Uint8Array)

const viewsOf = <Name extends string, A extends Numbers>(
  { handle, what }: Owner,
  names: readonly Name[],
  kind: string,
  is: (x: unknown) => x is A
): E.Either<EngineError, Views<Name, A>> => {
  const views: Partial<Record<Name, View<A>>> = {}
  for (const name of names) {
    const first = E.tryCatch((): unknown => Reflect.get(handle, name), String)
    const got = E.isLeft(first) ? first.left : first.right
    if (!is(got)) {
      const came = got instanceof Object ? `one of ${got.constructor.name}` : shown(got)
      return E.left(
        engineError({
          doing: `read ${name} of ${what}`,
          want: `an array of ${kind}`,
          got: got === undefined ? "no such array" : came,
          // MuJoCo's bindings throw at arrays of booleans, and give 64-bit numbers that arithmetic refuses.
          fix: "read what it is made from",
          reason: "name"
        })
      )
    }
    views[name] = viewOf(got, () => Reflect.get(handle, name))
  }
  return E.right(views as Views<Name, A>) // one was added for each name
}

const viewOf = <A extends Numbers>(first: A, read: () => A): View<A> => {
  let view = first
  return () => (view.byteLength === 0 ? (view = read()) : view)
}
