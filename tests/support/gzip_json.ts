import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/** A file of tests/fixtures as the value its writer says it is. */
export const gzipJson = <A>(path: string): A =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../fixtures/${path}`, import.meta.url))).toString())
