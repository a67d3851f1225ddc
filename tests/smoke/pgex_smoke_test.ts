import assert from "node:assert/strict"
import { test } from "node:test"
import { pgex } from "../support/pgex.ts"

/** A few commands end to end, on Bun and on Deno: `deno task test` runs this folder. */

test("pgex cluster finds two pairs", () => {
  const { code, stdout } = pgex(["cluster", "-", "--k", "2", "--json"], "[[1,1,0,0],[1,1,0,0],[0,0,1,1],[0,0,1,1]]")
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout).labels, [0, 0, 1, 1])
})

test("pgex replay starts where Gymnasium starts", () => {
  const { stdout } = pgex(["replay", "--env", "CartPole-v1", "--seed", "7", "--actions", "-"], "[0]")
  const [reset, step] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  // Gymnasium 1.4.0, CartPole-v1, reset(seed=7), step(0).
  assert.deepEqual(reset.obs, [0.012509546242654324, 0.03972138091921806, 0.027568569406867027, -0.027479281648993492])
  assert.equal(step.reward, 1)
})

test("each command of pgex --help has help of its own, with examples", () => {
  const help = JSON.parse(pgex(["--help", "--json"]).stdout)
  const names: string[] = help.subcommands.flatMap((g: { commands: { name: string }[] }) =>
    g.commands.map((c) => c.name)
  )
  assert.ok(
    ["run", "sweep", "runs", "cluster", "replay", "check", "envs", "config", "cache", "doctor"].every((n) =>
      names.includes(n)
    )
  )
  for (const command of [["cluster"], ["check", "first-order"], ["cache", "clear"]]) {
    const { stdout, code } = pgex([...command, "--help"])
    assert.equal(code, 0)
    for (const part of ["DESCRIPTION", "EXAMPLES", "--json", "--seed"]) assert.ok(stdout.includes(part), part)
  }
})
