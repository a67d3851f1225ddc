/** `pgex setup tensorflow` against stand-ins for pip, npm and c++: what it does, and how each of them may fail it. */
import assert from "node:assert/strict"
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { type SetupError, type SetupOutcome, setupTensorflow } from "../../../../../plugins/sessions/tfjs/setup/mod.ts"

/** A tfjs-node that can add, as the last check wants. */
const stub = `
const sum = { dataSync: () => [6] }
exports.engine = () => ({ makeTensor: () => ({}), runKernel: () => sum })
exports.setBackend = async () => true
exports.backend = () => ({})
exports.env = () => ({ set: () => {} })`

const working = {
  python3: `case "$*" in *--version*) exit 0;; esac
echo python >> "$LOG"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/tensorflow/include" && touch "$2/tensorflow/libtensorflow_cc.so.2"`,
  npm: `echo npm >> "$LOG"
mkdir -p node_modules/@tensorflow/tfjs-node && cd node_modules/@tensorflow/tfjs-node
echo '{"main":"index.js","version":"4.22.0"}' > package.json
cat > index.js <<'END'${stub}
END`,
  "c++": `echo c++ >> "$LOG"
while [ "$1" != -o ]; do shift; done
touch "$2"`
}

interface Place {
  readonly folder: string
  readonly calls: () => Promise<readonly string[]>
  readonly attempt: (options?: { readonly python?: string }) => Promise<SetupOutcome | SetupError>
  readonly replace: (name: keyof typeof working, script: string | undefined) => Promise<void>
}

/** Runs `body` with stand-ins in a folder of its own. */
const within = async (body: (p: Place) => Promise<void>): Promise<void> => {
  const root = await mkdtemp(join(tmpdir(), "pgex-setup-"))
  try {
    const [tools, folder, log] = [join(root, "tools"), join(root, "build"), join(root, "log")]
    await mkdir(tools)
    const replace = async (name: keyof typeof working, script: string | undefined) => {
      await rm(join(tools, name), { force: true })
      if (script === undefined) return
      await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`)
      await chmod(join(tools, name), 0o755)
    }
    for (const [name, script] of Object.entries(working)) await replace(name as keyof typeof working, script)
    // The shell's own tools, but no compiler, Python or npm of this machine.
    const bin = join(root, "bin")
    await mkdir(bin)
    for (const name of ["sh", "mkdir", "touch", "cat"]) {
      await writeFile(join(bin, name), `#!/bin/sh\nexec /bin/${name} "$@"\n`)
      await chmod(join(bin, name), 0o755)
    }
    const environment = { PATH: `${tools}:${bin}`, LOG: log, HOME: root }
    await body({
      folder,
      replace,
      calls: async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter((l) => l !== ""),
      attempt: (options = {}) =>
        Effect.runPromise(
          Effect.match(setupTensorflow({ build: "cpu", folder, environment, ...options }), {
            onFailure: (e) => e,
            onSuccess: (o) => o
          })
        )
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

const failedWith = (r: SetupOutcome | SetupError, reason: SetupError["reason"], message: RegExp) => {
  assert.ok("reason" in r, "it did not fail")
  assert.equal(r.reason, reason)
  assert.match(r.message, message)
  assert.notEqual(r.fix, "")
}

const skip = process.platform === "win32" ? "stand-ins are scripts of the shell" : false

test("setup tensorflow builds once; the second call finds it", { skip }, () =>
  within(async ({ attempt, calls, folder }) => {
    const first = await attempt()
    assert.ok("already" in first, "message" in first ? first.message : "")
    assert.deepEqual([first.already, first.build, first.folder], [false, "cpu", folder])
    assert.deepEqual(await calls(), ["python", "npm", "c++"])
    const second = await attempt()
    assert.ok("already" in second && second.already)
    assert.deepEqual(await calls(), ["python", "npm", "c++"])
    assert.deepEqual((await readdir(folder)).toSorted(), ["build.json", "packages", "wheel"])
  })
)

test("setup tensorflow goes on where it failed, and leaves nothing half done", { skip }, () =>
  within(async ({ attempt, calls, replace, folder }) => {
    await replace("npm", "mkdir -p node_modules/half; echo 'npm error network' >&2; exit 1")
    failedWith(
      await attempt(),
      "download-failed",
      /with npm: want .*, got npm error network; .*run the same command again/
    )
    assert.deepEqual(await readdir(folder), ["wheel"])
    await replace("npm", working.npm)
    await replace("c++", "echo 'tfjs_backend.cc:1: error: no C++17' >&2; exit 1")
    failedWith(await attempt(), "compiler-failed", /got tfjs_backend\.cc:1: error: no C\+\+17/)
    assert.deepEqual((await readdir(folder)).toSorted(), ["packages", "wheel"])
    await replace("c++", working["c++"])
    const last = await attempt()
    assert.ok("already" in last)
    assert.deepEqual(await calls(), ["python", "npm", "c++"])
  })
)

test("setup tensorflow names what is missing, and how to get it", { skip }, () =>
  within(async ({ attempt, replace }) => {
    failedWith(
      await attempt({ python: "/no/python" }),
      "no-python",
      /want \/no\/python, got no such program; install Python/
    )
    await replace("python3", "exit 1")
    failedWith(await attempt(), "no-pip", /want \S*python3 with pip, got no pip; .*ensurepip/)
    await replace("python3", `case "$*" in *--version*) exit 0;; esac; echo "ERROR: no index" >&2; exit 1`)
    failedWith(await attempt(), "download-failed", /got ERROR: no index; check that pip/)
    await replace("python3", undefined)
    failedWith(await attempt(), "no-python", /want python3 or python, got no such program/)
    await replace("python3", working.python3)
    await replace("c++", undefined)
    failedWith(await attempt(), "no-compiler", /want the C\+\+ compiler c\+\+, got no such program; install g\+\+/)
  })
)

test("setup tensorflow refuses a native part that does not work", { skip }, () =>
  within(async ({ attempt, replace, folder }) => {
    const broken = working.npm.replace("[6]", "[7]")
    await replace("npm", broken)
    failedWith(await attempt(), "not-loadable", /got .*1 \+ 2 \+ 3 is not 6; remove /)
    assert.ok(!(await readdir(folder)).includes("build.json"))
  })
)
