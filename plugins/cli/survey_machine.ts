/** What this machine offers to policygradex, and what it costs that something is missing. Never fails. */
import { existsSync, readFileSync } from "node:fs"
import { freemem } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { findPython } from "../gymnasium/mod.ts"
import { packageFolder } from "../io/installed.ts"
import { getCommand, installedEngines, isInstalled, packs } from "../mujoco/mod.ts"
import { machine, runtime, version } from "../runs/machine.ts"
import { relaxedAvailable } from "../sessions/internal.ts"
import { SessionKinds, survey } from "../sessions/mod.ts"
import type { NativeError } from "../sessions/native/internal.ts"
import { describeUsage, execute, findCompiler, findFfi, trust, usage } from "../sessions/native/internal.ts"

/** One thing that was looked for. */
export interface Finding {
  readonly name: string
  readonly found: boolean
  /** What was found: a version, a size. Or why nothing was, where that is known. */
  readonly detail: string
  /** What its absence costs; empty where it was found. */
  readonly cost: string
  /** How to get it; empty where it was found. */
  readonly get: string
}

/** Looks for everything at once; a probe that hangs counts as missing after 20 seconds. */
export const examine: Effect.Effect<readonly Finding[]> = Effect.suspend(() =>
  Effect.all([machinery, sessions, Effect.sync(optional)], { concurrency: "unbounded" }).pipe(
    Effect.map((all) => all.flat())
  )
)

/** Sessions as they work here; a trial that hangs ends after 20 seconds. */
const sessions: Effect.Effect<readonly Finding[]> = Effect.gen(function* () {
  const kinds = yield* SessionKinds
  return (yield* survey(20)).map(({ kind, works, detail }): Finding => {
    const name = kind === "auto" ? "session" : `session ${kind}`
    if (works) return found(name, detail)
    const get = kind === "auto" ? "what one of those below needs" : kinds[kind].needs
    return { name, found: false, detail, cost: `no --session ${kind}`, get }
  })
})

/** The Postgres client, engines and asset packs of environments in MuJoCo: looked for and not loaded. */
const optional = (): readonly Finding[] => [
  postgres(),
  ...installedEngines().map(({ id, name, version }): Finding => {
    const finding = found(`MuJoCo ${id}`, `${name} ${version}`)
    const cost = `no environments in MuJoCo ${id}; nothing else`
    return version === undefined ? { ...finding, found: false, detail: "", cost, get: `npm install ${name}` } : finding
  }),
  ...Object.values(packs).map((pack): Finding => {
    const finding = found(`assets ${pack.id}`, `${pack.summary}, out of ${pack.wheel}`)
    const missing = { found: false, detail: "", cost: `without Python no ${pack.summary}`, get: getCommand(pack.id) }
    return isInstalled(pack) ? finding : { ...finding, ...missing }
  })
]

const postgres = (): Finding => {
  const name = "@effect/sql-pg"
  const finding = found("Postgres client", name)
  const missing = { found: false, detail: "", cost: "no pgex worker, no sweep --database", get: `npm install ${name}` }
  const here = packageFolder(name, dirname(fileURLToPath(import.meta.url)))
  return here === undefined ? { ...finding, ...missing } : finding
}

const machinery: Effect.Effect<readonly Finding[]> = Effect.suspend(() =>
  Effect.all(
    [
      Effect.sync(runtimes),
      Effect.sync(hardware),
      probe(
        "WASM SIMD",
        () => Promise.resolve(simd()),
        "no wasm session, only the slow reference one",
        "a runtime of this decade"
      ),
      probe(
        "WASM relaxed SIMD",
        () => Promise.resolve(relaxedAvailable() ? "fused multiply-add" : undefined),
        "no session wasm:relaxed",
        "run under Bun or Deno"
      ),
      probe(
        "shared memory",
        () => Promise.resolve(shared()),
        "workers copy arrays instead of sharing them",
        "run under Bun or Deno"
      ),
      native("C compiler", compiler),
      native(
        "FFI",
        Effect.map(findFfi, ({ name }) => name)
      ),
      native("compiled plans", cache),
      probe(
        "Python",
        () => command("python3", ["--version"]),
        "no bench --peers; nothing else",
        "install Python 3.11 or newer"
      ),
      gymnasium,
      probe(
        "PyTorch",
        () => command("python3", ["-c", `${ELSEWHERE}; import torch; print(torch.__version__)`]),
        "nothing: bench --peers makes its own environment",
        "pip install torch"
      ),
      probe(
        "NVIDIA GPU",
        () => command("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"]),
        "no --session tfjs:node-gpu",
        "a machine with one"
      ),
      probe(
        "WebGPU",
        webgpu,
        "no --session tfjs:webgpu without a package for it",
        "deno run --unstable-webgpu, on a machine with a Vulkan, Metal or D3D12 driver"
      )
    ],
    { concurrency: "unbounded" }
  )
)

const runtimes = (): Finding => {
  const own = runtime()
  return found("runtime", `${own.name} ${own.version}, policygradex ${version}`)
}

const hardware = (): Finding => {
  const m = machine()
  const free = (freemem() / 2 ** 30).toFixed(1)
  return found(
    "machine",
    `${m.processor} (${m.architecture}), ${m.cores} cores, ${m.memoryGiB} GiB memory, ${free} free, ${m.system}`
  )
}

const found = (name: string, detail: string): Finding => ({ name, found: true, detail, cost: "", get: "" })

/** A finding from a look that may give nothing, fail, or hang. */
const probe = (
  name: string,
  look: () => Promise<string | undefined>,
  cost: string,
  get: string
): Effect.Effect<Finding> =>
  Effect.tryPromise(look).pipe(
    Effect.timeout("20 seconds"),
    Effect.catchCause(() => Effect.succeed(undefined)),
    Effect.map((detail) =>
      detail === undefined || detail === "" ? { name, found: false, detail: "", cost, get } : found(name, detail)
    )
  )

/** What is printed first by a Python that may have Gymnasium and is too old for the bridge. */
const OLD = "old "

/** The Python that would run `gymnasium:ID` environments, and its Gymnasium. */
const gymnasium: Effect.Effect<Finding> = Effect.suspend(() => {
  const cost = "no gymnasium:ID environments; nothing else"
  const python = findPython(undefined, process.env)
  if (E.isLeft(python)) {
    const { got, fix } = python.left
    return Effect.succeed({ name: "Gymnasium", found: false, detail: got, cost, get: fix })
  }
  const script = `${ELSEWHERE}
if sys.version_info < (3, 10): print('${OLD}Python ' + sys.version.split()[0])
else: import gymnasium; print(gymnasium.__version__ + ', Python ' + sys.version.split()[0])`
  return Effect.map(
    probe(
      "Gymnasium",
      () => command(python.right, ["-c", script]),
      cost,
      `${python.right} -m pip install gymnasium, or another Python by --python PATH or PGEX_PYTHON`
    ),
    (f) => {
      if (!f.found) return f
      const detail = `${f.detail}, ${python.right}`
      if (!detail.startsWith(OLD)) return { ...f, detail }
      const get = "Python 3.10 or newer, by --python PATH or PGEX_PYTHON"
      return { ...f, found: false, detail: detail.slice(OLD.length), cost, get }
    }
  )
})

/** A part of the native session: what it says where it is there, and its own fix where not. */
const native = (name: string, look: Effect.Effect<string, NativeError>): Effect.Effect<Finding> =>
  look.pipe(
    Effect.match({
      onSuccess: (detail) => found(name, detail),
      onFailure: ({ doing, got, fix }) => ({
        name,
        found: false,
        detail: `cannot ${doing}: ${got}`,
        cost:
          name === "compiled plans"
            ? "every run compiles its plans anew"
            : "no native session, the fastest on a processor",
        get: fix
      })
    })
  )

const compiler = Effect.suspend(() => findCompiler(process.env)).pipe(
  Effect.map(({ version, native: flag, file }) => `${version}, ${flag || "no flag for this processor"}, ${file}`)
)

/** The cache, looked at and not made. */
const cache = Effect.gen(function* () {
  const held = yield* usage(process.env)
  if (existsSync(held.folder)) yield* trust(held.folder)
  return `${describeUsage(held)}, ${held.folder}`
})

/** `python -c` imports from the folder that it is started in first: a `torch.py` there is nobody's PyTorch. */
const ELSEWHERE = "import sys; sys.path[:] = [p for p in sys.path if p != '']"

/** The first line that a command prints; nothing where it is missing or fails. */
const command = (file: string, args: readonly string[]): Promise<string | undefined> => {
  const doing = `ask ${file}`
  const asked = execute({ doing, file, args, folder: ".", environment: process.env, timeLimit: "15 seconds" })
  const line = Effect.map(asked, ({ code, stdout }) => (code === 0 ? stdout.split("\n")[0]?.trim() : undefined))
  return Effect.runPromise(Effect.orElseSucceed(line, () => undefined))
}

const simd = (): string | undefined =>
  WebAssembly.validate(readFileSync(new URL("../sessions/wasm/kernels.wasm", import.meta.url)))
    ? "the committed kernels are valid here"
    : undefined

const shared = (): string | undefined =>
  new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer
    ? "yes"
    : undefined

/** The part of the WebGPU standard that is needed here: runtimes differ in whether their types have it. */
interface Gpu {
  readonly requestAdapter: () => Promise<{
    readonly info?: { readonly description?: string; readonly vendor?: string }
  } | null>
}

const hasGpu = (x: object): x is { readonly gpu: Gpu } => "gpu" in x && typeof x.gpu === "object" && x.gpu !== null

const webgpu = async (): Promise<string | undefined> => {
  if (!hasGpu(navigator)) return undefined
  const adapter = await navigator.gpu.requestAdapter()
  return adapter === null ? undefined : adapter.info?.description || adapter.info?.vendor || "an adapter"
}
