/** Every command that may take a while, in the middle of it: a signal ends it and all that it started. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { smallest } from "../../../pipeline/job/support.ts"
import { command, pgex } from "../../../support/pgex.ts"
import { python, skip as withoutPython } from "../../gymnasium/support.ts"
import { moduleText } from "../../loading/support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-ending-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const written = (name: string, text: string): string => {
  writeFileSync(at(name), text)
  return at(name)
}

/**
 * Programs that say they are there, and then take as long as a test lasts; in a folder of their own. Each is two processes, one
 * with PGEX_TEST_ONE.
 */
const slow = (within: string, names: readonly string[]): string => {
  mkdirSync(at(within), { recursive: true })
  for (const name of names) {
    const file = written(
      join(within, name),
      '#!/bin/sh\necho busy > "$PGEX_TEST_BUSY"\n[ -n "$PGEX_TEST_ONE" ] && exec sleep 600\nsleep 600\n'
    )
    chmodSync(file, 0o755)
  }
  return at(within)
}

const BUSY =
  'import { writeFileSync } from "node:fs"\nconst busy = () => writeFileSync(process.env.PGEX_TEST_BUSY, "busy")\n'
const waits = written("waits.ts", `${BUSY}busy()\nawait new Promise(() => {})\n`)
const loops = written("loops.ts", `${BUSY}busy()\nfor (;;);\n`)
const quick = written("quick.ts", `${BUSY}busy()\nexport default { policygradex: 1, name: "quick", version: "1" }\n`)
const stuck = written("stuck.ts", `${BUSY}${moduleText("stuck", "Stuck-v0", "busy(); for (;;);")}`)
mkdirSync(at("python"))
written(
  "python/sleeper.py",
  "import os, time\nopen(os.environ['PGEX_TEST_BUSY'], 'w').write('busy')\ntime.sleep(600)\n"
)

const settings = { ...smallest, preset: "quick" }
const config = written("config.json", JSON.stringify(settings))
const native = written("native.json", JSON.stringify({ ...settings, session: "native" }))

/** A finished run, made by whoever needs it first. */
let made = false
const finished = (): string => {
  if (!made) assert.equal(pgex(["run", config, "--out", at("finished"), "--quiet"]).code, 0)
  made = true
  return at("finished")
}

interface Case {
  readonly args: () => readonly string[]
  readonly variables?: () => Readonly<Record<string, string>>
  /** What standard error or output says once it is busy; else a file is written. */
  readonly says?: RegExp
  readonly skip?: string | false
  /** Programs that it starts. */
  readonly starts?: boolean
}

const onPath = (within: string): string => `${within}${delimiter}${process.env.PATH ?? ""}`

const cases: Readonly<Record<string, Case>> = {
  "evaluate in the middle of episodes": {
    args: () => ["evaluate", finished(), "--episodes", "2000000", "--plugin", quick]
  },
  "evaluate --adapt": {
    args: () => ["evaluate", finished(), "--adapt", "1000000", "--unseen", "2", "--episodes", "1"],
    says: /adapt/
  },
  "export with a plugin that waits": {
    args: () => ["export", finished(), "--group", "1", "--onnx", at("x.onnx"), "--plugin", waits]
  },
  "envs show of an environment whose Python sleeps": {
    args: () => ["envs", "show", "gymnasium:sleeper:Sleeper-v0"],
    variables: () => ({ PGEX_PYTHON: python ?? "", PYTHONPATH: at("python") }),
    skip: withoutPython,
    starts: true
  },
  "plugin check of a step that loops": { args: () => ["plugin", "check", stuck, "--timeout", "600"] },
  doctor: {
    args: () => ["doctor"],
    variables: () => ({ PATH: onPath(slow("doctor", ["nvidia-smi"])) }),
    starts: true
  },
  "setup tensorflow": {
    args: () => ["setup", "tensorflow", "--dir", at("tensorflow")],
    variables: () => {
      const programs = slow("setup", ["python3", "npm", "npm.cmd"])
      // Whatever Python the tests themselves are told to use: nothing is fetched.
      return { PATH: onPath(programs), PGEX_PYTHON: join(programs, "python3") }
    }
  },
  "run while it compiles": {
    args: () => ["run", native, "--out", at("compiles"), "--force"],
    variables: () => ({ CC: join(slow("compiler", ["cc"]), "cc"), PGEX_CACHE: at("cache") }),
    starts: true
  },
  "config with a plugin that loops": { args: () => ["config", config, "--plugin", loops] },
  "algorithms with a plugin that waits": { args: () => ["algorithms", "--plugin", waits] }
}

let count = 0

/** Starts it, sends the signal once it is busy, and tells how it ended. */
const ended = async (program: readonly string[], { args, variables, says }: Case, signal: NodeJS.Signals) => {
  // Who is killed cannot end what its children started: Bun looks for those when its launcher is gone, and may be too late for some.
  const one = signal === "SIGKILL" ? "1" : ""
  const mark = `ending-${process.pid}-${count++}`
  const busy = at(`${mark}.busy`)
  const [file, ...rest] = [...program, ...args(), "--json"]
  const env = { ...process.env, ...variables?.(), PGEX_TEST_BUSY: busy, PGEX_TEST_MARK: mark, PGEX_TEST_ONE: one }
  const child = spawn(file!, rest, { env, stdio: ["ignore", "pipe", "pipe"] })
  const text = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (part: string) => (text[name] += part))
  const end = new Promise<number | null>((resolve) => child.on("close", resolve))
  const isBusy = () => (says === undefined ? existsSync(busy) : says.test(text.stderr))
  while (!isBusy()) {
    assert.equal(child.exitCode, null, `it ended by itself: ${text.stderr}`)
    await setTimeout(20)
  }
  await setTimeout(200)
  assert.ok(started(mark).length > 0 || !existsSync("/proc/self/environ"))
  child.kill(signal)
  return { code: await end, ...text, mark }
}

/** Processes that were started with this mark; none where the system does not show them. */
const started = (mark: string): readonly string[] => {
  if (!existsSync("/proc/self/environ")) return []
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PGEX_TEST_MARK=${mark}\0`)
    } catch {
      return false // It has ended, or is another user's.
    }
  })
}

/** Waits until no such process is left. */
const allGone = async (mark: string): Promise<void> => {
  while (started(mark).length > 0) await setTimeout(20)
}

const launcher = ["node", fileURLToPath(new URL("../../../../bin/pgex.js", import.meta.url))]

for (const [name, one] of Object.entries(cases))
  for (const [by, program, signal, code] of [
    ["", command([]), "SIGINT", 130],
    [" by its launcher", launcher, "SIGTERM", 143]
  ] as const)
    test(`${signal} ends pgex ${name}${by}, all that it started too`, { skip: one.skip ?? false }, async () => {
      const { mark, stdout, stderr, ...end } = await ended(program, one, signal)
      assert.equal(end.code, code, stderr)
      assert.equal(JSON.parse(stdout).error._tag, "Interrupted")
      await allGone(mark)
    })

for (const [name, one] of Object.entries(cases).filter(([, { starts }]) => starts === true))
  for (const [by, program] of [
    ["", command([])],
    [" by the end of its launcher", launcher]
  ] as const)
    test(`what pgex ${name} started ends with it where it is killed${by}`, { skip: one.skip ?? false }, async () => {
      const { mark } = await ended(program, one, "SIGKILL")
      await allGone(mark)
    })
