import assert from "node:assert/strict"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { findFfi } from "../../../../plugins/sessions/native/ffi.ts"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"
import { openLibrary } from "../../../../plugins/sessions/native/load.ts"
import { child, compiling, failure, inPlace, memory, plus, runProgram, skip } from "./setting.ts"

test("a library runs on the memory it is given, also after that has grown", compiling, () =>
  inPlace(async ({ environment }) => {
    const use = Effect.gen(function* () {
      const { run } = yield* nativeLibrary(plus(1), { environment })
      const wasm = new WebAssembly.Memory({ initial: 1, maximum: 200 })
      const results = []
      for (let i = 0; i < 3; i++) {
        const view = new Uint8Array(wasm.buffer)
        view[5] = 7 + i
        results.push(run(view, 5, 1), run(view, 5, 2), run(memory(), 5, 1))
        wasm.grow(50)
      }
      return results
    })
    assert.deepEqual(await Effect.runPromise(Effect.scoped(use)), [9, 10, 9, 10, 11, 9, 11, 12, 9])
  })
)

test("several libraries and shared memory do not disturb each other", compiling, () =>
  inPlace(async ({ environment }) => {
    const use = Effect.gen(function* () {
      const all = yield* Effect.forEach([1, 2, 3], (n) => nativeLibrary(plus(n), { environment }))
      const view = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer)
      view[5] = 7
      return [...all, ...all].map(({ run }) => run(view, 5, -1))
    })
    assert.deepEqual(await Effect.runPromise(Effect.scoped(use)), [7, 8, 9, 7, 8, 9])
  })
)

test("a call after the scope's end throws", compiling, () =>
  inPlace(async ({ environment }) => {
    const { run } = await Effect.runPromise(
      Effect.scoped(
        Effect.tap(nativeLibrary(plus(1), { environment }), (l) => Effect.sync(() => l.run(memory(), 5, 1)))
      )
    )
    assert.throws(() => run(memory(), 5, 1), /called after its scope had closed/)
  })
)

test("what is no library, or has not the function, does not load, and says so", compiling, () =>
  inPlace(async ({ environment, folder }) => {
    const path = join(folder, "text.so")
    writeFileSync(path, "no library")
    const open = Effect.flatMap(findFfi, (ffi) => Effect.scoped(openLibrary(ffi, path)))
    const text = await Effect.runPromise(Effect.flip(open))
    assert.equal(text.reason, "not-loadable")
    assert.match(text.message, /Cannot load a compiled plan: want .*text\.so to load, got .*set PGEX_CACHE/)
    const other = await failure("int other(void) { return 1; }\n", { environment })
    assert.equal(other.reason, "not-loadable")
    assert.match(other.message, /pgx_run/)
  })
)

const deno =
  process.versions.deno === undefined
    ? fileURLToPath(new URL("../../../../node_modules/.bin/deno", import.meta.url))
    : process.execPath
const noDeno = skip || (!existsSync(deno) && "there is no deno")

/** Each permission that a library takes, and what is said where just that one is missing. */
const permissions: readonly (readonly [string, RegExp])[] = [
  ["ffi", /Cannot load a compiled plan: want Deno's permission --allow-ffi, .*start with deno run --allow-ffi, or/],
  ["run", /want Deno's permission --allow-run/],
  ["env", /Cannot read the environment: want Deno's permission --allow-env/],
  ["write", /want Deno's permission --allow-write/],
  ["read", /want Deno's permission --allow-read/]
]

for (const [missing, sentence] of permissions) {
  test(`Deno without --allow-${missing} says which flag`, { skip: noDeno }, () =>
    inPlace(async ({ environment }) => {
      const others = [...permissions.map(([name]) => name), "sys"].filter((name) => name !== missing)
      const args = ["run", "--no-check", "--no-prompt", ...others.map((name) => `--allow-${name}`), child]
      const { stdout, stderr } = await runProgram(deno, args, environment)
      assert.equal(stderr, "")
      const { reason, message } = JSON.parse(stdout)
      assert.equal(reason, "not-permitted")
      assert.match(message, sentence)
    })
  )
}

test("Deno with all permissions runs what Bun runs", { skip: noDeno }, () =>
  inPlace(async ({ environment }) => {
    const { stdout, stderr } = await runProgram(deno, ["run", "-A", "--no-check", child], environment)
    assert.equal(stderr, "")
    assert.deepEqual(JSON.parse(stdout), { value: 9, cached: false, warnings: [], reason: "", message: "" })
  })
)
