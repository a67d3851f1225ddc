/** The peers' own Python environment: built once, kept beside `peers/requirements.txt`, rebuilt when that changes. */
import { createHash } from "node:crypto"
import { Effect, FileSystem, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { benchFailed } from "./suite.ts"

/** The Python of the machine that builds the environment. */
export const python = "python3"

/** Whether the peers' side can be had at all: without Python their tests are skipped. */
export const hasPython = Effect.match(
  Effect.scoped(
    Effect.flatMap(
      ChildProcess.make(python, ["--version"], { stdout: "ignore", stderr: "ignore" }),
      (handle) => handle.exitCode
    )
  ),
  { onSuccess: (code) => Number(code) === 0, onFailure: () => false }
)

/**
 * The path of the environment's Python.
 *
 * A marker with the digest of `requirements.txt` is written last, so that an interrupted build or a changed list is
 * built anew. Packages come from the index that the machine's own pip configuration names. Needs up to 7 GB on Linux
 * x86-64, where PyTorch brings the GPU libraries along.
 *
 * - Errors: `BenchFailed` without Python, or with the last lines of pip.
 */
export const environment = Effect.fn("bench.environment")(
  function* (folder: string, say: (line: string) => void) {
    const files = yield* FileSystem.FileSystem
    const [venv, list] = [`${folder}/.venv`, `${folder}/requirements.txt`]
    const [marker, ready] = [`${venv}/built.sha256`, `${venv}/bin/python`]
    const digest = createHash("sha256")
      .update(yield* files.readFileString(list))
      .digest("hex")
    const built = yield* Effect.orElseSucceed(files.readFileString(marker), () => "")
    if (built === digest) return ready
    if (!(yield* hasPython)) {
      return yield* Effect.fail(
        benchFailed({
          doing: "run the peers",
          want: `${python} on the path`,
          got: "none",
          fix: "install Python 3.11 or later, or leave out --peers"
        })
      )
    }
    say(`Building ${venv} with the packages of ${list}: several minutes and up to 7 GB, once`)
    yield* files.remove(venv, { recursive: true, force: true })
    yield* command(python, ["-m", "venv", venv])
    yield* command(ready, ["-m", "pip", "install", "--progress-bar", "off", "--requirement", list])
    yield* files.writeFileString(`${marker}.part`, digest)
    yield* files.rename(`${marker}.part`, marker)
    return ready
  },
  Effect.catchTag("PlatformError", (error) =>
    Effect.fail(benchFailed({ doing: "prepare the peers", want: "access to their files", got: error.message }))
  )
)

/** Runs a command to its end; its last lines are the error's text if it fails. */
const command = Effect.fnUntraced(function* (name: string, args: readonly string[]) {
  const handle = yield* ChildProcess.make(name, [...args], { stdin: "ignore" })
  const text = yield* Stream.mkString(Stream.decodeText(handle.all))
  const code = yield* handle.exitCode
  if (Number(code) === 0) return
  return yield* Effect.fail(
    benchFailed({
      doing: `build the peers' environment (${name} ${args.slice(0, 3).join(" ")} …)`,
      want: "exit code 0",
      got: `${code}: ${text.trim().split("\n").slice(-4).join(" | ")}`,
      fix: "run the same command by hand to see all of it"
    })
  )
}, Effect.scoped)
