/** docs/python.md, followed: Stable-Baselines3 trains, the rows are written, pgex groups; the snippets write what it takes. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { python, without } from "../plugins/gymnasium/support.ts"
import { pgex } from "../support/pgex.ts"

const page = readFileSync(new URL("../../docs/python.md", import.meta.url), "utf8")
const files = new Map(
  [...page.matchAll(/^```python (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", body = ""]) => [name, body] as const)
)
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.trim().split("\n"))

/** What makes it a matter of seconds: a tenth of the steps. */
const small = (body: string): string =>
  body.replace("learn(20_000)", "learn(2_560)").replace("STEPS = 10, 8, 2048", "STEPS = 10, 8, 64")

const inFolder = (use: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-python-"))
  try {
    for (const [name, body] of files) writeFileSync(join(folder, name), small(body))
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const runPython = (folder: string, ...args: readonly string[]): void => {
  const env = { ...process.env, OMP_NUM_THREADS: "1", CUDA_VISIBLE_DEVICES: "" }
  const { status, stderr } = spawnSync(python ?? "", args, { cwd: folder, env, encoding: "utf8" })
  assert.equal(status, 0, stderr)
}

const session = { PGEX_SESSION: "wasm" }

test("docs/python.md has its scripts and three commands; the snippets are at most 30 lines", () => {
  assert.deepEqual([...files.keys()], ["train.py", "collect.py", "features.py", "means.py"])
  assert.equal(commands.length, 3)
  for (const name of ["features.py", "means.py"])
    assert.ok((files.get(name) ?? "").trim().split("\n").length <= 30, name)
})

test(
  "docs/python.md: from a training by Stable-Baselines3 to groups in three commands",
  {
    skip: without("stable_baselines3")
  },
  () =>
    inFolder((folder) => {
      for (const command of commands) {
        const [program, ...args] = command.split(" ")
        if (program === "python") runPython(folder, ...args)
        else {
          const { code, stdout, stderr } = pgex(args, "", session, folder)
          assert.equal(code, 0, stderr)
          assert.match(stdout, /10 tasks fall into \d+ groups?\./)
          assert.match(stdout, /Predicted mean return/)
          assert.match(readFileSync(join(folder, "runs/mine/report.html"), "utf8"), /10 tasks fall into/)
        }
      }
    })
)

/** Two kinds of tasks of a small model, given to a snippet. */
const torchCaller = `
import numpy as np, torch
from features import write_features
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
o = torch.randn(1200, 3); a = torch.randint(2, (1200,)); task = np.arange(1200) % 4
side = torch.as_tensor(1 - 2 * (task % 2))
write_features("features.npz", model, lambda out, a: torch.log_softmax(out, -1).gather(-1, a[None])[0], o, a, task, (side * (2 * a - 1) * o[:, 0]).numpy())
`

const jaxCaller = `
import jax, jax.numpy as jnp, numpy as np
from means import write_means
rng = np.random.default_rng(0)
params = {"w": jnp.asarray(rng.normal(size=(3, 2))), "b": jnp.zeros(2)}
def log_prob(p, o, a): return jax.nn.log_softmax(o @ p["w"] + p["b"])[a]
def task(side):
    o = rng.normal(size=(600, 3)); a = rng.integers(0, 2, 600)
    return jnp.asarray(o), jnp.asarray(a), jnp.asarray(side * (2 * a - 1) * o[:, 0])
write_means("means.npz", params, log_prob, {f"t{i}": task(1 - 2 * (i % 2)) for i in range(4)})
`

for (const [what, name, caller, file] of [
  ["PyTorch", "torch", torchCaller, "features.npz"],
  ["JAX", "jax", jaxCaller, "means.npz"]
] as const) {
  test(`docs/python.md: the snippet of ${what} writes what pgex group takes`, { skip: without(name) }, () =>
    inFolder((folder) => {
      runPython(folder, "-c", caller)
      const { code, stdout, stderr } = pgex(["group", file, "--json"], "", session, folder)
      assert.equal(code, 0, stderr)
      const { grouping, firstOrder } = JSON.parse(stdout)
      assert.deepEqual(grouping.labels, [0, 1, 0, 1])
      assert.deepEqual(firstOrder, [])
    })
  )
}
