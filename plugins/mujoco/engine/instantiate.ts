/**
 * Starts an engine at once.
 *
 * Environments are made by functions that return, not by promises, and Emscripten's factory is a promise only because it can
 * fetch its machine code: given the code, nothing in it waits. So its script runs without those waits. The places are named
 * below; a script that lacks one, or has it twice, is refused as another package's.
 */
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"
import { runInThisContext } from "node:vm"
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads"
import * as E from "fp-ts/lib/Either.js"
import { type Binding, isBinding } from "./binding.ts"
import { type EngineError, engineError } from "./failure.ts"
import { type EngineId, type Parts, readParts } from "./packages.ts"

/** What stands in the script once, and what is run in its place. */
const AT_ONCE: readonly (readonly [asIs: string, atOnce: string])[] = [
  ["async function(moduleArg = {}) {", "function(moduleArg = {}) {"],
  ["const { createRequire } = await import('module');", ""],
  ["var require = createRequire(import.meta.url);", ""],
  ["var _scriptName = import.meta.url;", "var _scriptName = ownUrl;"],
  ["async function createWasm()", "function createWasm()"],
  ["var result = await instantiateAsync(", "var result = instantiateAsync("],
  ["var wasmExports = await createWasm();", "var wasmExports = createWasm();"],
  [
    "if (Module['instantiateWasm']) {\n    return new Promise((resolve, reject) => {",
    "if (Module['instantiateWasm']) {\n    return atOnce((resolve, reject) => {"
  ],
  ["export default loadMujoco;", "return loadMujoco"]
]

/** The result of what would have been a promise's. */
const atOnce = (begin: (resolve: (value: unknown) => void, reject: (cause: unknown) => void) => void): unknown => {
  let result: unknown
  begin(
    (value) => void (result = value),
    (cause) => {
      throw cause
    }
  )
  return result
}

/** The script as one function's body; nothing where it is not the script that is known. */
const scriptAtOnce = (script: string): string | undefined => {
  let text = script
  for (const [asIs, instead] of AT_ONCE) {
    const parts = text.split(asIs)
    if (parts.length !== 2) return undefined
    text = parts.join(instead)
  }
  // What is left stands in branches of web pages.
  return `(function (require, ownUrl, atOnce) {${text.replaceAll("import.meta.url", "ownUrl")}\n})`
}

/** A running instance. */
export interface Started {
  readonly binding: Binding
  /** The lines that it printed last, some of them what is wrong with a model; whoever asks empties it before. */
  readonly printed: string[]
}

/**
 * An instance of an engine, and what it prints.
 *
 * - Errors: those of {@link readParts}.
 */
export const instantiate = (id: EngineId): E.Either<EngineError, Started> =>
  E.chain((parts: Parts): E.Either<EngineError, Started> => {
    const refuse = (got: string) =>
      E.left(
        engineError({
          doing: `start MuJoCo ${id}`,
          want: "the script that this version was published with",
          got,
          fix: "install the package again",
          reason: "other-package"
        })
      )
    const script = scriptAtOnce(parts.script)
    if (script === undefined) return refuse(`another at ${parts.path}`)
    const printed: string[] = []
    const say = (line: unknown) => {
      printed.push(String(line))
      if (printed.length > 20) printed.shift()
    }
    const started = E.tryCatch(() => start(id, script, parts, say), String)
    if (E.isLeft(started)) return refuse(started.left)
    const made = started.right
    if (!isBinding(made)) return refuse("one that gives no binding")
    const version = made.mj_versionString()
    return version === id ? E.right({ binding: made, printed }) : refuse(`MuJoCo ${version}`)
  })(readParts(id))

const start = (id: EngineId, script: string, { path, code }: Parts, say: (line: unknown) => void): unknown => {
  const factory = runInThisContext(script, { filename: path })(createRequire(path), pathToFileURL(path).href, atOnce)
  const module = compiled(id, code)
  return factory({
    instantiateWasm: (
      imports: ConstructorParameters<typeof WebAssembly.Instance>[1],
      done: (instance: WebAssembly.Instance) => void
    ) => {
      const instance = new WebAssembly.Instance(module, imports)
      done(instance)
      return instance.exports
    },
    print: say,
    printErr: say
  })
}

/** Compiled once: threads that are started later are handed what this one compiled. */
const compiled = (id: EngineId, code: Parts["code"]): WebAssembly.Module => {
  const key = `policygradex:mujoco:${id}`
  const before: unknown = getEnvironmentData(key)
  if (before instanceof WebAssembly.Module) return before
  const module = new WebAssembly.Module(code())
  setEnvironmentData(key, module)
  return module
}
