/** Failures as data that one thread hands to another. */
import { Schema, SchemaTransformation } from "effect"
import { type Failure, failureOf, isFailure } from "../failure/mod.ts"
import type { Complaint } from "../text/sentence.ts"

/** What failures of every kind have as data; the details of a kind stand beside it. */
export const failureParts = {
  doing: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String,
  stderr: Schema.optionalKey(Schema.String)
}

/** Failures whose tag, parts and details are what `data` says; encoded they are plain data. */
export const failureSchema = <D extends Complaint & { readonly _tag: string }, E>(
  data: Schema.Codec<D, E>
): Schema.Codec<Failure<D["_tag"]> & D, E> => {
  const isData = Schema.is(data)
  const whole = Schema.declare((x: unknown): x is Failure<D["_tag"]> & D => isFailure(x) && isData(x))
  const made = (d: D): Failure<D["_tag"]> & D => failureOf<D["_tag"], D>(d._tag)(d)
  return data.pipe(Schema.decodeTo(whole, SchemaTransformation.transform({ decode: made, encode: (f): D => f })))
}
