/** An experiment's file: TypeScript that exports it, or JSON. */
import { dirname, extname, resolve } from "node:path"
import { Effect } from "effect"
import { argumentError } from "../../core/failure/mod.ts"
import { failedFile } from "../../core/service/file_error.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { parseJson } from "../../core/text/json.ts"
import { readFileBounded } from "../io/bounded_read.ts"
import { readModule, rebase } from "../loading/mod.ts"
import { decodeSweep } from "./sweep.ts"

/** No list of ten thousand runs comes near, in bytes. */
const LARGEST = 2 ** 22

const modules = new Set([".ts", ".mts", ".js", ".mjs"])

/**
 * Reads it. Modules are code, and run; their default export is the experiment. Plugins' paths count from the file.
 *
 * - Errors: `FileError` of the file, and of text that is no JSON; `PluginError` of a module that does not load;
 *   `ArgumentError` for what is no experiment.
 */
export const readSweep = Effect.fn("sweeps.read")(function* (path: string) {
  const ending = extname(path).toLowerCase()
  if (ending !== ".json" && !modules.has(ending)) {
    const want = "an experiment in .ts, .js or .json"
    return yield* Effect.fail(argumentError({ doing: `read ${path}`, want, got: ending === "" ? "no ending" : ending }))
  }
  const value = ending === ".json" ? yield* jsonOf(path) : (yield* readModule(resolve(path))).value
  const sweep = yield* fromEither(decodeSweep(value, path))
  return sweep.plugins === undefined
    ? sweep
    : { ...sweep, plugins: sweep.plugins.map((name) => rebase(name, dirname(path), ".")) }
})

const jsonOf = Effect.fnUntraced(function* (path: string) {
  const bytes = yield* readFileBounded(path, LARGEST)
  const value = parseJson(new TextDecoder().decode(bytes))
  if (value._tag === "Right") return value.right
  return yield* Effect.fail(failedFile({ doing: `read ${path}`, want: "JSON", got: value.left }))
})
