/** Whole jobs whose trainings combine task gradients. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { artefact, run, smallest } from "./support.ts"

const by = async (id: string) => {
  const { files } = await run({ ...smallest, aggregator: { id, options: {} } })
  return Buffer.from(artefact(files, "meta-training/policy")).toString("base64")
}

test("a run trains by the combination of gradients that it is told, groups of one task included, and the same again", async () => {
  const [off, surgery, vaccine, again] = [await by("off"), await by("pcgrad"), await by("gradvac"), await by("gradvac")]
  assert.notEqual(surgery, off)
  assert.notEqual(vaccine, surgery)
  assert.equal(again, vaccine)
})
