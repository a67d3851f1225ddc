import assert from "node:assert/strict"
import { test } from "node:test"
import { Predicate, Schema } from "effect"
import { settingRows } from "../../../plugins/config/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce((v, key) => (Predicate.hasProperty(v, key) ? v[key] : undefined), value)

for (const a of catalog.algorithms)
  test(`every setting of ${a.id} has a meaning, says what it takes, and has its default`, () => {
    const rows = settingRows(a)
    assert.ok(rows.length > 5)
    for (const row of rows) {
      assert.ok(row.meaning.length > 5 && row.takes.length > 0, row.path)
      assert.notEqual(row.default, undefined, row.path)
      assert.deepEqual(row.default, at(a.defaults, row.path), row.path)
    }
  })

test("a setting's values in words, at any depth", () => {
  const config = Schema.Struct({
    rate: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({ description: "a rate" }),
    inner: Schema.Struct({
      steps: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).annotate({ description: "how many" }),
      stop: Schema.Union([Schema.Literal("off"), Schema.Finite]).annotate({ description: "when" }),
      kind: Schema.Literals(["a", "b"]).annotate({ description: "which" }),
      on: Schema.Boolean
    })
  })
  const defaults = { rate: 0.5, inner: { steps: 2, stop: "off", kind: "a", on: true } } as const
  assert.deepEqual(
    settingRows({ config, defaults }).map((r) => [r.path, r.default, r.takes, r.meaning]),
    [
      ["rate", 0.5, "number from 0 to 1", "a rate"],
      ["inner.steps", 2, "integer from 1", "how many"],
      ["inner.stop", "off", "off or number", "when"],
      ["inner.kind", "a", "a or b", "which"],
      ["inner.on", true, "true or false", ""]
    ]
  )
})
