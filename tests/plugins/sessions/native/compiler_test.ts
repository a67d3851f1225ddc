import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect, Fiber } from "effect"
import { compileFlags, findCompiler } from "../../../../plugins/sessions/native/compiler.ts"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"
import { cc, compiling, ended, failure, files, get, inPlace, plus, script, whenCompiling } from "./setting.ts"

test("a compiler tells its version, its target and a flag for this CPU", compiling, async () => {
  const found = await Effect.runPromise(findCompiler({ PATH: process.env.PATH }))
  assert.match(found.version, /version \d/)
  assert.notEqual(found.target, "unknown target")
  assert.match(found.cpu, /^[0-9a-f]{64}$/)
  const flags = compileFlags(found, 3)
  assert.ok(flags.includes("-O3") && flags.includes("-fno-math-errno") && !flags.includes("-ffast-math"))
})

test("without a compiler the failure says what to install", () =>
  inPlace(async ({ environment }) => {
    const none = await failure(plus(0), { environment: { ...environment, PATH: "", CC: "" } })
    assert.equal(none.reason, "no-compiler")
    assert.match(none.message, /want a C compiler, got none on the path; install gcc or clang, or set CC, or choose/)
    const wrong = await failure(plus(0), { environment: { ...environment, CC: "no-such-compiler -m64" } })
    assert.equal(wrong.reason, "no-compiler")
    assert.match(wrong.message, /got CC=no-such-compiler -m64, and no such program/)
  }))

test("CC is honoured, with its arguments", compiling, () =>
  inPlace(async (place) => {
    const wrapper = script(place, "wrapper", `echo "$1" >> ${place.folder}/log; exec "$@"`)
    const { value } = await get(plus(1), { environment: { ...place.environment, CC: `${wrapper} ${cc}` } })
    assert.equal(value, 9)
    const calls = readFileSync(join(place.folder, "log"), "utf8").trim().split("\n")
    assert.ok(calls.length >= 2 && calls.every((first) => first === cc))
  })
)

test("a compiler that refuses every flag for this CPU is used without", compiling, () =>
  inPlace(async (place) => {
    const old = script(place, "old", `case "$*" in *=native*) exit 1;; esac; exec ${cc} "$@"`)
    const environment = { ...place.environment, CC: old }
    assert.equal((await Effect.runPromise(findCompiler(environment))).native, "")
    assert.equal((await get(plus(1), { environment })).value, 9)
  })
)

test("a compiler that fails is quoted, and leaves nothing behind", compiling, () =>
  inPlace(async (place) => {
    const real = await failure("int32_t pgx_run(void) { return 1 }", { environment: place.environment })
    assert.equal(real.reason, "compiler-failed")
    assert.match(real.message, /Cannot compile plan\.c: .*exit code 1: .*error/)
    const CC = whenCompiling(place, "broken", "echo 'internal error: no luck' >&2; exit 3")
    const broken = await failure(plus(0), { environment: { ...place.environment, CC } })
    assert.equal(broken.reason, "compiler-failed")
    assert.match(broken.message, /got exit code 3: internal error: no luck; set CC to another compiler/)
    const dead = script(place, "dead", "exit 1")
    const probe = await failure(plus(0), { environment: { ...place.environment, CC: dead } })
    assert.match(probe.message, /Cannot ask the C compiler for its version/)
    assert.deepEqual([...files(place.temporary), ...files(place.native)], [])
  })
)

test("after a failure the same request in the same scope starts afresh", compiling, () =>
  inPlace(async (place) => {
    const CC = whenCompiling(
      place,
      "moody",
      `[ -e ${place.folder}/tried ] && exec ${cc} "$@"; touch ${place.folder}/tried; exit 1`
    )
    const options = { environment: { ...place.environment, CC } }
    const two = Effect.gen(function* () {
      const first = yield* Effect.flip(nativeLibrary(plus(1), options))
      return [first.reason, (yield* nativeLibrary(plus(1), options)).cached]
    })
    assert.deepEqual(await Effect.runPromise(Effect.scoped(two)), ["compiler-failed", false])
  })
)

/** A compiler whose child sleeps; it tells its own number and its child's. */
const sleeper = (folder: string): string => `sleep 600 & echo $$ $! > ${folder}/pids.part
mv ${folder}/pids.part ${folder}/pids; wait`

const pids = (folder: string): readonly number[] =>
  readFileSync(join(folder, "pids"), "utf8").trim().split(" ").map(Number)

test("a compiler that hangs is stopped after the time limit, with its children", compiling, () =>
  inPlace(async (place) => {
    const CC = whenCompiling(place, "hanging", sleeper(place.folder))
    const hung = await failure(plus(0), { environment: { ...place.environment, CC }, timeLimit: "1 second" })
    assert.equal(hung.reason, "compiler-hung")
    assert.match(hung.message, /to end within 1 second, got no end; it was stopped/)
    assert.deepEqual(await Promise.all(pids(place.folder).map(ended)), [true, true])
    assert.deepEqual([...files(place.temporary), ...files(place.native)], [])
  })
)

test("interruption stops the compiler and leaves no temporaries", compiling, () =>
  inPlace(async (place) => {
    const CC = whenCompiling(place, "hanging", sleeper(place.folder))
    const environment = { ...place.environment, CC }
    const job = Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.scoped(nativeLibrary(plus(0), { environment })))
      while (!existsSync(join(place.folder, "pids"))) yield* Effect.sleep("5 millis")
      assert.equal(files(place.temporary).length, 1)
      yield* Fiber.interrupt(fiber)
    })
    await Effect.runPromise(job)
    assert.deepEqual(await Promise.all(pids(place.folder).map(ended)), [true, true])
    assert.deepEqual([...files(place.temporary), ...files(place.native)], [])
  })
)
