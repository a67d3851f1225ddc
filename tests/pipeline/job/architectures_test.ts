/** Every architecture that is told its task, through the whole job: trained, estimated, compared, saved, exported. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { architectures, loadPolicy, ppo, sac, untyped } from "../../../algorithms/mod.ts"
import { policyToOnnx } from "../../../plugins/runs/onnx/mod.ts"
import { readSafetensors } from "../../../plugins/runs/store/mod.ts"
import { right } from "../../algorithms/support.ts"
import { artefact, run, smallest } from "./support.ts"

const options: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mlp: { embedding: 3 },
  "soft-modules": { embedding: 8, routing: 8 },
  care: { experts: 3, embedding: 4, encoderWidth: 8 },
  film: { embedding: 4 }
}

const learners = {
  ppo: smallest.family,
  sac: { id: "pendulum-length", n: 4, options: {} }
}

for (const { id } of architectures)
  for (const algorithm of ["ppo", "sac"] as const)
    test(`a run by ${algorithm} with ${id}, told its task, gets to its groups, and its policies come back`, async () => {
      const network = { ...smallest.network, layers: 2, id, taskOneHot: true, options: options[id] ?? {} }
      const { data, files } = await run({
        ...smallest,
        network,
        family: learners[algorithm],
        algorithm: { id: algorithm, [algorithm]: settings[algorithm] }
      })
      const why = data.leftOut.find((row) => row.method === "one policy told its task")?.why
      assert.equal(why, "every policy of this run is told its task")
      const { tensors, meta } = right(readSafetensors(artefact(files, "meta-training/policy"), "policy.safetensors"))
      const loaded = right(loadPolicy({ tensors, meta }, [untyped(ppo), untyped(sac)]))
      assert.equal(loaded.policy.network.id, id)
      assert.ok(loaded.theta.every(Number.isFinite))
      assert.ok(right(policyToOnnx(loaded)).length > 0)
    })

const settings = {
  ppo: { ...ppo.defaults, batch: 64, epochs: 2 },
  sac: { ...sac.defaults, batch: 16, learningStarts: 20 }
}
