import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../../core/random/mod.ts"
import type { EnvError } from "../../../envs/error.ts"
import { taskBatch } from "../../../envs/task_batch.ts"
import { makeRows } from "../../../envs/vector.ts"
import { gymnasium } from "../../../plugins/gymnasium/mod.ts"
import { answer, bridge, ends, failed, fake, hello, odd, request, right, skip } from "./support.ts"

const errorOf = (x: Either.Either<EnvError, unknown>): EnvError =>
  Either.isLeft(x) ? x.left : assert.fail("it was not refused")

/** What a child of the shell leads to, and whether something of it is left. */
const refusalBy = (body: string, seconds = 5): EnvError => {
  const { options, remove } = fake(body)
  const source = gymnasium({ ...options, seconds })
  try {
    return errorOf(source.environment("gymnasium:CartPole-v1"))
  } finally {
    source.close()
    remove()
  }
}

const reasonOf = (e: EnvError): string => (e._tag === "ProcessError" ? e.reason : e._tag)

/** Children that are no bridge: what they do, the reason of the error, and what its sentence must say. */
const children: readonly (readonly [name: string, body: string, reason: string, says: RegExp])[] = [
  [
    "ends at once",
    "echo 'no such thing' >&2; exit 3",
    "ended",
    /want .* to go on, got its end with exit code 3.*no such thing/s
  ],
  ["is killed", "echo 'last words' >&2; kill -9 $$", "ended", /got its end by SIGKILL; .*last words/s],
  [
    "has no gymnasium",
    failed({ reason: "no-gymnasium", want: "the package gymnasium", got: "No module named 'gymnasium'" }),
    "no-gymnasium",
    /-m pip install gymnasium/
  ],
  ["prints to its standard output", "echo Hi; sleep 5", "lied", /got "Hi\\n" there/],
  [
    "says hello in another language",
    answer({ protocol: 2 }),
    "lied",
    /want an answer of this version, got {"protocol":2}/
  ],
  ["says hello and ends", hello, "ended", /got its end/],
  ["says hello twice", `${hello}${request}${hello}${hello}sleep 5`, "lied", /got \d+ bytes|this version/],
  ["describes nothing", `${hello}${request}${answer({})}sleep 5`, "lied", /want an answer of this version, got {}/],
  [
    "announces too much",
    `${hello}${request}printf 'PGEX\\0\\0\\0\\0\\377\\377\\377\\177\\0\\0\\0\\0'; sleep 5`,
    "lied",
    /at most \d+ bytes/
  ],
  [
    "knows other ids",
    `${hello}${request}${failed({ reason: "unknown", want: "", got: "", valid: ["CartPole-v0", "Ant-v5"] })}sleep 5`,
    "UnknownName",
    /did you mean "gymnasium:CartPole-v0"\?/
  ]
]

for (const [name, body, reason, says] of children)
  test(`gymnasium() refuses a child that ${name}`, () => {
    const e = refusalBy(body)
    assert.equal(reasonOf(e), reason, e.message)
    assert.match(e.message, says)
  })

test("gymnasium() ends a child that hangs, and all that it has started", async () => {
  const { options, remove } = fake(`sleep 50 & echo $! > "$0.pid"; wait`)
  const source = gymnasium({ ...options, seconds: 0.5 })
  const e = errorOf(source.environment("gymnasium:CartPole-v1"))
  assert.equal(reasonOf(e), "hung")
  assert.match(e.message, /want an answer within 0\.5 s, got none.*PGEX_PYTHON_SECONDS/)
  assert.ok(await ends(Number(readFileSync(`${options.script}.pid`, "utf8"))))
  assert.equal(source.processes(), 0)
  remove()
})

test("gymnasium() says where Python was looked for, and starts nothing before it is needed", () => {
  const source = gymnasium({ python: "no-such-python", variables: { PATH: "/usr/bin" } })
  assert.equal(source.processes(), 0)
  const e = errorOf(source.environment("gymnasium:CartPole-v1"))
  assert.equal(reasonOf(e), "no-python")
  assert.match(e.message, /got no program no-such-python; install Python .* --python PATH or PGEX_PYTHON/)
})

test("pipes and files of children are gone once they are started, or refused", () => {
  const [folder, before] = [mkdtempSync(join(tmpdir(), "pgex-pipes-")), process.env.TMPDIR]
  process.env.TMPDIR = folder
  try {
    refusalBy("exit 1")
    assert.deepEqual(readdirSync(folder), [])
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true })
  }
})

/** Steps an environment that misbehaves at its second step. */
const misbehaviour = (manner: string, seconds = 60) => {
  const source = bridge({ seconds })
  const env = odd(source, "Manners", `?manner=${manner}`)
  const batch = right(taskBatch(env, [{ id: "a", params: { armed: true } }], 2, zeroKey))
  const rows = makeRows(2, 2)
  batch.reset(rows.observation)
  batch.step(Float64Array.of(0, 1), rows)
  assert.equal(batch.fault(), undefined)
  batch.step(Float64Array.of(0, 1), rows)
  return { batch, source, rows, fault: batch.fault() }
}

test("an environment may print: to Python's standard output and to the file", { skip }, () => {
  const { batch, rows, fault, source } = misbehaviour("prints")
  assert.equal(fault, undefined)
  assert.deepEqual([...rows.episodeLength], [2, 2])
  batch.step(Float64Array.of(2, 2), rows)
  assert.deepEqual([...rows.reward], [1, 1])
  source.close()
})

test("an environment that raises gives the exception and its traceback; other batches go on", { skip }, () => {
  const { batch, fault, source, rows } = misbehaviour("raises")
  assert.equal(fault?._tag, "ProcessError")
  assert.match(fault?.message ?? "", /got ValueError: no more of this.*line \d+, in step/s)
  const before = rows.reward.slice()
  batch.step(Float64Array.of(2, 2), rows)
  assert.deepEqual(rows.reward, before)
  const other = right(taskBatch(odd(source, "Counting"), [{ id: "a", params: {} }], 1, zeroKey))
  other.reset(rows.observation)
  other.step(Float64Array.of(2), rows)
  assert.equal(other.fault(), undefined)
  source.close()
  assert.match(other.remote?.infos()._tag ?? "", /Left/)
})

/** What an environment does, the reason of the fault, and what its sentence must say. */
const stops: readonly (readonly [manner: string, reason: string, says: RegExp, seconds: number])[] = [
  ["dies", "ended", /got its end with exit code 3.*last words/s, 60],
  ["hangs", "hung", /within 2 s.*last words/s, 2],
  ["grows", "lied", /want an observation of shape \(2,\), got shape \(3,\)/, 60]
]

for (const [manner, reason, says, seconds] of stops)
  test(`an environment that ${manner} stops its batch, and the next batch has a process`, { skip }, () => {
    const { fault, source } = misbehaviour(manner, seconds)
    assert.equal(fault?._tag === "ProcessError" ? fault.reason : fault?._tag, reason, fault?.message ?? "")
    assert.match(fault?.message ?? "", says)
    const rows = makeRows(1, 2)
    const again = right(taskBatch(odd(source, "Counting"), [{ id: "a", params: {} }], 1, zeroKey))
    again.reset(rows.observation)
    assert.equal(again.fault(), undefined)
    source.close()
  })
