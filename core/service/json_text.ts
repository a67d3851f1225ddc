/** JSON texts that come from outside, as schemas. */
import { Schema, SchemaTransformation } from "effect"
import { jsonExcess } from "../text/json.ts"

/** Deeper nesting is no data of ours; whatever walks through it would take more stack than there is. */
const Shallow = Schema.String.check(Schema.makeFilter((text: string) => jsonExcess(text) ?? true))

/**
 * A value that is a JSON text outside: `Schema.fromJsonString`, but lists and objects more than 100 deep are refused
 * before they are parsed.
 */
export const jsonText = <S extends Schema.Constraint>(schema: S) =>
  Shallow.pipe(Schema.decodeTo(schema, SchemaTransformation.fromJsonString()))
