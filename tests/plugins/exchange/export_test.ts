/** Policies back to Python: what the real packages make of the files. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { parsePolicy, policyToSb3, policyToTorch } from "../../../plugins/exchange/mod.ts"
import { right } from "../../algorithms/support.ts"
import { python, without } from "../gymnasium/support.ts"
import { complaint, importedCase, known, logProbs, reference } from "./support.ts"

const withWeights = reference.cases.filter((c) => c.moments === undefined && !c.name.startsWith("onnx"))

for (const c of withWeights) {
  test(`${c.name}: written for Stable-Baselines3 and read again, log π is the same`, () => {
    const first = importedCase(c)
    const bytes = right(policyToSb3(first))
    assert.deepEqual(bytes, right(policyToSb3(first)))
    const again = right(parsePolicy(bytes, "policy.zip", { algorithms: known }))
    assert.deepEqual(logProbs(again, c), logProbs(first, c))
  })
}

test("a policy that normalises observations is refused: weights do not tell it", () => {
  const c = reference.cases.find((x) => x.moments !== undefined) ?? assert.fail()
  assert.match(
    complaint(policyToTorch(importedCase(c))),
    /want a policy of observations as they are, got one that normalises/
  )
})

/** Prints log π of the case's rows as JSON. */
const run = (script: string, files: Readonly<Record<string, string | Uint8Array>>): readonly number[] => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-export-"))
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
    const env = { ...process.env, OMP_NUM_THREADS: "1", CUDA_VISIBLE_DEVICES: "" }
    const { stdout, stderr, status } = spawnSync(python ?? "", ["-c", script], { cwd: folder, env, encoding: "utf8" })
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]")
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const close = (got: readonly number[], want: readonly number[]): void => {
  assert.equal(got.length, want.length)
  for (const [i, x] of got.entries())
    assert.ok(Math.abs(x - want[i]!) < 1e-5 * (1 + Math.abs(want[i]!)), `${x} ${want[i]}`)
}

const plain = `
import json, torch
case = json.load(open("case.json"))
weights = torch.load("policy.pth", weights_only=True)
x = torch.tensor(case["observation"])
layers = sorted({int(k.split(".")[1]) for k in weights if k.startswith("actor.")})
for layer in layers:
    x = x @ weights[f"actor.{layer}.weight"].T + weights[f"actor.{layer}.bias"]
    if layer != layers[-1]: x = torch.tanh(x)
a = torch.tensor(case["action"])
d = torch.distributions
log_prob = d.Normal(x, weights["log_std"].exp()).log_prob(a).sum(1) if "log_std" in weights else d.Categorical(logits=x).log_prob(a)
print(json.dumps(log_prob.tolist()))
`

for (const name of ["ppo_cartpole", "cleanrl_continuous"]) {
  test(`${name}: PyTorch loads the weights, and computes log π from them`, {
    skip: without("torch")
  }, () => {
    const c = reference.cases.find((x) => x.name === name) ?? assert.fail()
    const files = { "policy.pth": right(policyToTorch(importedCase(c))), "case.json": JSON.stringify(c) }
    close(run(plain, files), c.logProb)
  })
}

const sb3 = `
import json, torch, gymnasium, stable_baselines3
case = json.load(open("case.json"))
kw = dict(net_arch=dict(pi=[8, 6], vf=[5, 4]))
model = stable_baselines3.PPO("MlpPolicy", gymnasium.make("CartPole-v1"), policy_kwargs=kw, device="cpu")
model.set_parameters("policy.zip", exact_match=False, device="cpu")
with torch.no_grad():
    _, log_prob, _ = model.policy.evaluate_actions(torch.tensor(case["observation"]), torch.tensor(case["action"]))
try:
    stable_baselines3.PPO.load("policy.zip", device="cpu")
    raise SystemExit("loaded alone")
except KeyError as e:
    assert "observation_space" in str(e)
print(json.dumps(log_prob.tolist()))
`

test("Stable-Baselines3 takes the weights by set_parameters, and not by load, which wants more than a policy", {
  skip: without("stable_baselines3")
}, () => {
  const c = reference.cases.find((x) => x.name === "ppo_cartpole") ?? assert.fail()
  close(run(sb3, { "policy.zip": right(policyToSb3(importedCase(c))), "case.json": JSON.stringify(c) }), c.logProb)
})
