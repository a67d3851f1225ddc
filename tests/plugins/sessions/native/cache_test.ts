import assert from "node:assert/strict"
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Deferred, Effect, Fiber } from "effect"
import fc from "fast-check"
import { isWhole, writeSealed } from "../../../../plugins/sessions/native/cache_file.ts"
import { cacheFolder, cacheLimit } from "../../../../plugins/sessions/native/cache_folder.ts"
import { clear, usage } from "../../../../plugins/sessions/native/cache_usage.ts"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"
import {
  cc,
  child,
  compiling,
  files,
  get,
  inPlace,
  memory,
  type Place,
  plus,
  runProgram,
  script,
  skip
} from "./setting.ts"

test("a library is compiled once and then found", compiling, () =>
  inPlace(async ({ environment, native, temporary }) => {
    assert.deepEqual(await get(plus(1), { environment }), { value: 9, cached: false, warnings: [] })
    assert.deepEqual(await get(plus(1), { environment }), { value: 9, cached: true, warnings: [] })
    assert.equal((await get(plus(2), { environment })).value, 10)
    assert.equal((await get(plus(1), { environment, optimise: 2 })).cached, false)
    assert.match(files(native).join(" "), /^([0-9a-f]{64}\.so ?){3}$/)
    assert.deepEqual(files(temporary), [])
  })
)

test("a sealed file is whole, and one with any byte changed, cut or added is not", () =>
  inPlace(({ folder }) =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), async (bytes, i, j) => {
        const path = join(folder, "file")
        await writeSealed(path, bytes)
        assert.ok(await isWhole(path))
        const sealed = readFileSync(path)
        const at = i % sealed.length
        for (const other of [
          sealed.with(at, sealed[at]! ^ (1 + (j % 255))),
          sealed.subarray(0, at),
          Buffer.concat([sealed, Buffer.of(j)])
        ]) {
          writeFileSync(path, other)
          assert.ok(!(await isWhole(path)))
        }
      }),
      { numRuns: 30 }
    )
  ))

/** What may have happened to the file of a library. */
const damages: readonly (readonly [string, (path: string) => void])[] = [
  ["truncated", (path) => truncateSync(path, statSync(path).size - 1000)],
  ["empty", (path) => truncateSync(path, 0)],
  ["of garbage", (path) => writeFileSync(path, Buffer.alloc(20_000, "garbage"))],
  ["whole, but no library", (path) => writeFileSync(path, "")]
]

for (const [name, damage] of damages) {
  test(`a cached file that is ${name} is replaced, and that is said`, compiling, () =>
    inPlace(async ({ environment, native }) => {
      await get(plus(1), { environment })
      const path = join(native, files(native)[0]!)
      damage(path)
      if (name.startsWith("whole")) await writeSealed(path, Buffer.from("not what a loader loads"))
      const again = await get(plus(1), { environment })
      assert.deepEqual({ ...again, warnings: again.warnings.length }, { value: 9, cached: false, warnings: 1 })
      assert.match(again.warnings[0]!, /damaged file in the cache/)
      assert.deepEqual(await get(plus(1), { environment }), { value: 9, cached: true, warnings: [] })
    })
  )
}

test("a library that was built for another CPU is not found", compiling, () =>
  inPlace(async (place) => {
    // The same compiler where it knows of one instruction set more: what it is on another machine.
    const other = script(place, "other", `case "$*" in *-dM*) set -- -D__ANOTHER_ISA__=1 "$@";; esac; exec ${cc} "$@"`)
    await get(plus(1), { environment: place.environment })
    const there = await get(plus(1), { environment: { ...place.environment, CC: other } })
    assert.deepEqual(there, { value: 9, cached: false, warnings: [] })
    assert.equal(files(place.native).length, 2)
  })
)

test("the least recently used libraries go when the limit is reached", compiling, () =>
  inPlace(async ({ environment, native }) => {
    await get(plus(1), { environment })
    const [first] = files(native)
    const size = statSync(join(native, first!)).size
    await get(plus(2), { environment })
    const second = files(native).find((f) => f !== first)
    utimesSync(join(native, first!), 1000, 1000)
    utimesSync(join(native, second!), 2000, 2000)
    assert.equal((await get(plus(1), { environment })).cached, true)
    await get(plus(3), { environment: { ...environment, PGEX_CACHE_LIMIT: String(Math.floor(2.5 * size)) } })
    assert.equal(files(native).length, 2)
    assert.ok(files(native).includes(first!) && !files(native).includes(second!))
  })
)

test("a limit is a number of bytes or one with a unit", async () => {
  const limit = (PGEX_CACHE_LIMIT: string) => Effect.runPromise(cacheLimit({ PGEX_CACHE_LIMIT }))
  assert.deepEqual(
    await Promise.all(["", "1000", "3KB", "256MB", "1.5 gb"].map(limit)),
    [256e6, 1000, 3000, 256e6, 1.5e9]
  )
  const wrong = await Effect.runPromise(Effect.flip(cacheLimit({ PGEX_CACHE_LIMIT: "much" })))
  assert.equal(wrong.reason, "bad-setting")
  assert.match(wrong.message, /Cannot read PGEX_CACHE_LIMIT: .* got "much"; write for example PGEX_CACHE_LIMIT=256MB/)
})

test("the folder is that of PGEX_CACHE, else of XDG_CACHE_HOME, else of the home", async () => {
  const folder = (environment: Place["environment"]) => Effect.runPromise(cacheFolder(environment))
  assert.equal(await folder({ PGEX_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }), join("/a", "native"))
  assert.equal(await folder({ XDG_CACHE_HOME: "/b", HOME: "/c" }), join("/b", "policygradex", "native"))
  assert.ok((await folder({ HOME: "/c" })).startsWith(join("/c")))
})

/** Loads `plus(1)` without a cache: a warning, a temporary folder while the scope is open, nothing after. */
const withoutCache = async (place: Place, environment: Place["environment"], warning: RegExp): Promise<void> => {
  const use = Effect.map(nativeLibrary(plus(1), { environment }), ({ run, warnings, cached }) => {
    assert.equal(run(memory(), 5, 1), 9)
    assert.equal(cached, false)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, warning)
    assert.equal(files(place.temporary).length, 1)
  })
  await Effect.runPromise(Effect.scoped(use))
  assert.deepEqual(files(place.temporary), [])
}

test("where the cache cannot be a folder, a temporary one does", compiling, () =>
  inPlace(async (place) => {
    // Below a file: this fails for the superuser as well, whom no permission stops.
    const PGEX_CACHE = join(place.folder, "file", "below")
    writeFileSync(join(place.folder, "file"), "")
    await withoutCache(
      place,
      { ...place.environment, PGEX_CACHE },
      /Cannot use the cache .*file.below.*ENOTDIR.*temporary/
    )
  })
)

for (const [mode, who] of [
  [0o777, "everybody"],
  [0o702, "everybody"],
  [0o770, "its group"],
  [0o720, "its group"]
] as const)
  test(`nothing is loaded from a folder that ${who} can write (mode ${mode.toString(8)})`, compiling, () =>
    inPlace(async (place) => {
      await get(plus(1), { environment: place.environment })
      chmodSync(place.native, mode)
      const want = new RegExp(`want a folder that only you can write.*got one that ${who} can write`)
      await withoutCache(place, place.environment, want)
    })
  )

test("a library under another's name is never loaded: both are compiled anew, and that is said", compiling, () =>
  inPlace(async ({ environment, native }) => {
    await get(plus(1), { environment })
    const [one] = files(native)
    await get(plus(2), { environment })
    const other = files(native).find((name) => name !== one)
    const [first, second] = [join(native, one!), join(native, other!)]
    renameSync(first, join(native, "between"))
    renameSync(second, first)
    renameSync(join(native, "between"), second)
    for (const [source, value] of [
      [plus(1), 9],
      [plus(2), 10]
    ] as const) {
      const { warnings, ...got } = await get(source, { environment })
      assert.deepEqual(got, { value, cached: false })
      assert.match(warnings.join(), /A damaged file in the cache of compiled plans was replaced/)
    }
    assert.equal((await get(plus(1), { environment })).cached, true)
  })
)

const superuser = process.getuid?.() === 0

test("nothing is loaded from another user's folder", { skip: skip || (!superuser && "only root gives away") }, () =>
  inPlace(async (place) => {
    await get(plus(1), { environment: place.environment })
    chownSync(place.native, 65534, 65534)
    await withoutCache(place, place.environment, /got one of user 65534/)
  })
)

/** Runs `child.ts` where the cache is a small or read-only file system: a mount that only this process tree sees. */
const onMount = (place: Place, options: string) => {
  mkdirSync(place.native, { recursive: true, mode: 0o700 })
  const start = `mount -t tmpfs -o ${options} none ${place.native} && exec "$@"`
  const prefix = process.versions.deno === undefined ? [] : ["run", "-A", "--no-check"]
  const args = ["-rm", "sh", "-c", start, "sh", process.execPath, ...prefix, child]
  return runProgram("unshare", args, place.environment)
}

const mountable = await runProgram("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"], process.env)
const noMount = skip || (mountable.code !== 0 && "this system gives no private mounts")

for (const [name, options, warning] of [
  ["full", "size=4k,mode=700", /Cannot keep a compiled plan in .*ENOSPC.*temporary folder/],
  ["read-only", "ro,mode=700", /Cannot keep a compiled plan in .*EROFS.*temporary folder/]
] as const) {
  test(`a cache that is ${name} is done without`, { skip: noMount }, () =>
    inPlace(async (place) => {
      const { stdout, stderr } = await onMount(place, options)
      assert.equal(stderr, "")
      const { value, cached, warnings } = JSON.parse(stdout)
      assert.deepEqual([value, cached, warnings.length], [9, false, 1])
      assert.match(warnings[0], warning)
      assert.deepEqual(files(place.temporary), [])
    })
  )
}

test("four processes at once all succeed and leave one file", compiling, () =>
  inPlace(async ({ environment, native, temporary }) => {
    const args = process.versions.deno === undefined ? [child] : ["run", "-A", "--no-check", child]
    const all = await Promise.all([1, 2, 3, 4].map(() => runProgram(process.execPath, args, environment)))
    for (const { stdout, stderr } of all) {
      assert.equal(stderr, "")
      const { value, warnings } = JSON.parse(stdout)
      assert.deepEqual([value, warnings], [9, []])
    }
    assert.deepEqual([files(native).length, files(temporary).length], [1, 0])
  })
)

test(
  "requests at once in one process compile once, and one scope's end does not take the other's library",
  compiling,
  () =>
    inPlace(async ({ environment }) => {
      let compiled = 0
      const onCompile = () => Effect.sync(() => void compiled++)
      const program = Effect.gen(function* () {
        const go = yield* Deferred.make<void>()
        const short = yield* Effect.forkChild(Effect.scoped(nativeLibrary(plus(1), { environment, onCompile })))
        const long = yield* Effect.forkChild(
          Effect.scoped(
            Effect.gen(function* () {
              const { run } = yield* nativeLibrary(plus(1), { environment, onCompile })
              yield* Deferred.await(go)
              return run(memory(), 5, 1)
            })
          )
        )
        yield* Fiber.join(short)
        yield* Deferred.succeed(go, undefined)
        return yield* Fiber.join(long)
      })
      assert.equal(await Effect.runPromise(program), 9)
      assert.equal(compiled, 1)
    })
)

test("usage counts the cache's files, clear removes them and no others", compiling, () =>
  inPlace(async ({ environment, native }) => {
    assert.deepEqual(await Effect.runPromise(usage(environment)), { folder: native, files: 0, bytes: 0, limit: 256e6 })
    await get(plus(1), { environment })
    await get(plus(2), { environment })
    writeFileSync(join(native, "mine.txt"), "not a library")
    const before = await Effect.runPromise(clear(environment))
    assert.equal(before.files, 2)
    assert.ok(before.bytes > 1000)
    assert.equal((await Effect.runPromise(usage(environment))).files, 0)
    assert.deepEqual(files(native), ["mine.txt"])
  })
)
