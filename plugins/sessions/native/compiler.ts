/** The machine's C compiler: which one, what it makes code for, and how it is asked to. */
import { createHash } from "node:crypto"
import { statSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, isAbsolute, join, resolve } from "node:path"
import { Duration, Effect } from "effect"
import { attempt, deniedFlag, type NativeError, nativeError, otherSession } from "./failure.ts"
import { type Ending, type Environment, execute } from "./process.ts"

/** A compiler that answered. */
export interface Compiler {
  readonly file: string
  /** What stands in `CC` after the program's name: `gcc` of `ccache gcc`. */
  readonly args: readonly string[]
  /** Its own words: `gcc version 12.2.0 (…)`. */
  readonly version: string
  /** What it makes code for: `x86_64-linux-gnu`. */
  readonly target: string
  /** The flag that means this very CPU; empty where the compiler refuses them all. */
  readonly native: string
  /** Hash of every predefined macro, and so of the CPU features that code may use. */
  readonly cpu: string
}

/** How hard the compiler tries: 3 for kernels, 2 where its time counts more. */
export type Optimise = 2 | 3

const NAMES = ["cc", "clang", "gcc"]

/** The first is GCC's and Clang's, the second what Apple's Clang wants on ARM, the third refuses nobody. */
const NATIVE_FLAGS = ["-march=native", "-mcpu=native", ""]

/** A probe preprocesses an empty file: milliseconds, but for a machine under heavy load. */
const PROBE_LIMIT = Duration.seconds(20)

/**
 * Flags of every library.
 *
 * -fno-math-errno and -fno-trapping-math let loops with sqrt and comparisons become vector code; neither changes a
 * number. Contraction (a·b + c rounded once) is wanted: the kernels say where they need it. Never -ffast-math: it
 * assumes that there are no NaN and infinities, which a diverging training must be able to show, reorders sums, and
 * when linked flushes denormals for the whole thread, ours and the caller's. A function that nobody declares is an
 * error here: found when it is first called, it would end the process.
 */
export const compileFlags = (compiler: Compiler, optimise: Optimise): readonly string[] => [
  ...compiler.args,
  "-std=gnu11",
  `-O${optimise}`,
  ...(compiler.native === "" ? [] : [compiler.native]),
  "-fno-math-errno",
  "-fno-trapping-math",
  "-ffp-contract=fast",
  "-Werror=implicit-function-declaration",
  "-fPIC"
]

/** Libraries come after the source that needs them. */
export const linkFlags: readonly string[] = ["-lm", "-lpthread"]

/**
 * The compiler of `CC`, else the first of cc, clang and gcc on the path. Probed once per process and environment.
 *
 * - Errors: `NativeError` with reason `no-compiler`; `compiler-failed` where there is one that compiles nothing.
 */
export const findCompiler = Effect.fn("native.findCompiler")(function* (environment: Environment) {
  const key = JSON.stringify([environment.CC, environment.PATH])
  const known = probed.get(key)
  if (known !== undefined) return known
  const [file, ...args] = yield* locate(environment)
  const compiler = yield* probe(file, args, environment)
  probed.set(key, compiler)
  return compiler
})

const probed = new Map<string, Compiler>()

/** One run of the compiler in a folder. Names are relative to it, so that the bytes made do not tell the folder. */
export interface Compilation {
  readonly folder: string
  /** Name of the source, and of what is made of it. */
  readonly source: string
  readonly output: string
  /** `object` only compiles; `library` links too, with the objects. */
  readonly makes: "object" | "library"
  readonly objects: readonly string[]
}

/** Runs the compiler. */
export const compile = Effect.fn("native.compile")(function* (
  compiler: Compiler,
  flags: readonly string[],
  { folder, source, output, makes, objects }: Compilation,
  environment: Environment,
  timeLimit: Duration.Input
) {
  const doing = `compile ${source}`
  const [kind, rest] = makes === "object" ? ["-c", []] : ["-shared", [...objects, ...linkFlags]]
  const args = [...flags, kind, "-o", output, source, ...rest]
  const ending = yield* execute({ doing, file: compiler.file, args, folder, environment, timeLimit })
  if (ending.code !== 0) return yield* Effect.fail(failed(doing, compiler.file, ending))
})

/** The program and its arguments, with an absolute path: the compiler runs in another folder than we. */
const locate = Effect.fnUntraced(function* (environment: Environment) {
  const asked = environment.CC?.trim() ?? ""
  const doing = "look for a C compiler"
  if (asked !== "") {
    const [name = "", ...args] = (yield* attempt(doing, () => isFile(resolve(asked)))) ? [asked] : asked.split(/\s+/)
    const file = yield* attempt(doing, () => search(name, environment))
    if (file !== undefined) return [file, ...args] as const
    return yield* Effect.fail(absent(`CC=${asked}, and no such program`, "set CC to a C compiler, or unset it"))
  }
  for (const name of NAMES) {
    const file = yield* attempt(doing, () => search(name, environment))
    if (file !== undefined) return [file] as const
  }
  return yield* Effect.fail(absent("none on the path", "install gcc or clang, or set CC"))
})

const search = (name: string, environment: Environment): string | undefined => {
  if (isAbsolute(name) || /[/\\]/.test(name)) return isFile(resolve(name)) ? resolve(name) : undefined
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""]
  return (environment.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => endings.map((ending) => resolve(join(folder, name + ending))))
    .find(isFile)
}

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile()
  } catch (cause) {
    // A folder that Deno may not read is not one without a compiler.
    if (deniedFlag(cause) !== undefined) throw cause
    return false
  }
}

/** One run of the preprocessor tells version, target and features; the flag for this CPU is found by trying. */
const probe = Effect.fnUntraced(function* (file: string, args: readonly string[], environment: Environment) {
  const doing = "ask the C compiler for its version"
  let last: Ending = { code: null, stdout: "", stderr: "" }
  for (const native of NATIVE_FLAGS) {
    last = yield* execute({
      doing,
      file,
      args: [...args, ...(native === "" ? [] : [native]), "-v", "-E", "-dM", "-x", "c", "-"],
      folder: tmpdir(),
      environment,
      timeLimit: PROBE_LIMIT
    })
    // Some compilers take a flag they do not know with a warning.
    if (last.code === 0 && !/warning:.*native/i.test(last.stderr)) {
      return describe(file, args, native, last)
    }
  }
  return yield* Effect.fail(failed(doing, file, last))
})

const describe = (file: string, args: readonly string[], native: string, ending: Ending): Compiler => ({
  file,
  args,
  version: /^.*\bversion \d.*$/m.exec(ending.stderr)?.[0].trim() ?? "unknown version",
  target: /^Target: (.*)$/m.exec(ending.stderr)?.[1]?.trim() ?? "unknown target",
  native,
  cpu: createHash("sha256").update(ending.stdout).digest("hex")
})

const absent = (got: string, fix: string): NativeError =>
  nativeError({
    reason: "no-compiler",
    doing: "compile natively",
    want: "a C compiler",
    got,
    fix: `${fix}, ${otherSession}`
  })

const failed = (doing: string, file: string, ending: Ending): NativeError => {
  const lines = ending.stderr.split("\n").filter((line) => line.trim() !== "")
  const errors = lines.filter((line) => /error|fatal|undefined/i.test(line))
  const said = (errors.length > 0 ? errors : lines).slice(0, 3).join("; ").slice(0, 600)
  const how = ending.code === null ? "its end by a signal" : `exit code ${ending.code}`
  return nativeError({
    reason: "compiler-failed",
    doing,
    want: `${file} to accept it`,
    got: said === "" ? how : `${how}: ${said}`,
    fix: `set CC to another compiler, ${otherSession}`
  })
}
