/** The native part of tfjs-node, compiled against the C libraries of a TensorFlow wheel. */
import { existsSync, readdirSync } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import type { Environment } from "../../native/process.ts"
import { lastWords, run, setupError } from "./failure.ts"
import type { Build, Place } from "./place.ts"

/** Compiles, checks that the result can be loaded, and only then puts it where tfjs-node looks for it. */
export const compileBinding = Effect.fn("setup.compile")(function* (
  build: Build,
  place: Place,
  environment: Environment
) {
  const part = join(place.folder, `tfjs_binding-${process.pid}.node`)
  yield* Effect.gen(function* () {
    yield* compile(build, place, part, environment)
    yield* Effect.promise(() => mkdir(dirname(place.binding), { recursive: true }))
    yield* Effect.promise(() => rename(part, place.binding))
  }).pipe(Effect.ensuring(Effect.promise(() => rm(part, { force: true }))))
})

const compile = Effect.fn("setup.compile.run")(function* (
  build: Build,
  place: Place,
  to: string,
  environment: Environment
) {
  const file = environment.CXX || "c++"
  const doing = "compile the native part of tfjs-node"
  const missing = setupError({
    reason: "no-compiler",
    doing,
    want: `the C++ compiler ${file}`,
    got: "no such program",
    fix: "install g++ or clang++, or name one in the variable CXX"
  })
  const sources = join(place.packages, "node_modules", "@tensorflow", "tfjs-node")
  const tensorflow = join(place.wheel, "tensorflow")
  const include = [
    join(place.packages, "node_modules", "node-api-headers", "include"),
    join(tensorflow, "include"),
    sources
  ]
  const args = [
    ...["-std=c++17", "-O2", "-w", "-shared", "-fPIC", "-DNAPI_VERSION=8"],
    ...include.map((folder) => `-I${folder}`),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(sources, "binding", name)),
    ...linked(build, place),
    ...["-o", to]
  ]
  const ending = yield* run({ doing, file, args, folder: place.folder, environment, timeLimit: "10 minutes" }, missing)
  if (ending.code === 0) return
  return yield* Effect.fail(
    setupError({
      reason: "compiler-failed",
      doing,
      want: "a C++17 compiler, such as g++ 9 or clang++ 10",
      got: lastWords(ending),
      fix: "install a newer compiler, or name one in the variable CXX"
    })
  )
})

/** The libraries, found at run time where they lie. Node-API itself is the runtime's that loads the result. */
const linked = (build: Build, place: Place): readonly string[] => {
  const tensorflow = join(place.wheel, "tensorflow")
  const isLibrary = /^libtensorflow_(cc|framework)(\.so\.2|\.2\.dylib)$/
  const own = readdirSync(tensorflow).filter((name) => isLibrary.test(name))
  const libraries = own.map((name) => join(tensorflow, name))
  const found = [`-Wl,-rpath,${tensorflow}`]
  if (process.platform === "darwin") return ["-undefined", "dynamic_lookup", ...libraries, ...found]
  // TensorFlow looks for CUDA by name while it runs, not where pip puts it: loaded beforehand, it is found.
  const cuda = build === "cuda" ? cudaLibraries(join(place.wheel, "nvidia")) : []
  const folders = [...new Set(cuda.map((path) => dirname(path)))]
  return [
    ...libraries,
    ...(cuda.length === 0 ? [] : ["-Wl,--no-as-needed", ...cuda, "-Wl,--allow-shlib-undefined"]),
    ...found,
    ...folders.map((folder) => `-Wl,-rpath,${folder}`)
  ]
}

const cudaLibraries = (nvidia: string): readonly string[] => {
  if (!existsSync(nvidia)) return []
  return readdirSync(nvidia).flatMap((part) => {
    const folder = join(nvidia, part, "lib")
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) =>
        /^lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|nccl|cudnn|nvJitLink)\.so\.\d+$/.test(name)
      )
      .map((name) => join(folder, name))
  })
}
