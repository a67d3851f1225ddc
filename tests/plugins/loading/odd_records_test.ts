import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { cartPole, cartPoleLength } from "../../../envs/mod.ts"
import { thrown } from "../../../plugins/loading/error.ts"
import { pluginIssues } from "../../../plugins/loading/mod.ts"

const whole = { policygradex: 1, name: "x", version: "1" }
const throwing = (key: string, of: object): object =>
  Object.defineProperty({ ...of }, key, { enumerable: true, get: () => assert.fail("a getter ran") })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const circle: Record<string, unknown> = { kind: "number" }
circle.default = circle
const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`)

class Ghost {
  get id(): string {
    return assert.fail("a getter ran")
  }
}

const odd: readonly (readonly [what: string, value: unknown, field: string, got: RegExp])[] = [
  ["a getter of the plugin", throwing("environments", whole), "environments", /a getter/],
  [
    "a getter of a space",
    { ...whole, environments: [{ ...cartPole, observation: throwing("low", {}) }] },
    "environments[0].observation.low",
    /a getter/
  ],
  ["a getter of a class", { ...whole, environments: [new Ghost()] }, "environments[0].id", /a getter/],
  ["a proxy", new Proxy({ ...whole }, {}), "", /a proxy/],
  ["a revoked proxy", { ...whole, families: [revoked()] }, "families[0]", /a proxy/],
  [
    "a proxy in a learner",
    { ...whole, algorithms: [{ id: "a", learner: revoked() }] },
    "algorithms[0].learner",
    /a proxy/
  ],
  [
    "a circle",
    { ...whole, environments: [{ ...cartPole, parameters: { g: circle } }] },
    "environments[0].parameters.g.default",
    /cannot be read|\{"kind"/
  ],
  [
    "many levels",
    { ...whole, environments: [{ ...cartPole, parameters: deep }] },
    "environments[0].parameters.a.a.a.a.a.a",
    /more/
  ],
  ["10^9 environments", { ...whole, environments: new Array(1e9) }, "environments", /1000000000/],
  [
    "escape codes in an id",
    { ...whole, environments: [{ ...cartPole, id: "a\u001b[2J" }] },
    "environments[0].id",
    /\\u001b/
  ],
  ["an id of spaces", { ...whole, families: [{ ...cartPoleLength, id: " " }] }, "families[0].id", /" "/],
  ["an id that is no text", { ...whole, environments: [{ ...cartPole, id: 7n }] }, "environments[0].id", /7n/],
  ["the same environment twice", { ...whole, environments: [cartPole, cartPole] }, "environments[1].id", /CartPole/],
  [
    "a size that is not finite",
    { ...whole, environments: [{ ...cartPole, maxEpisodeSteps: Infinity }] },
    "environments[0].maxEpisodeSteps",
    /Infinity/
  ],
  [
    "a negative number of symbols",
    { ...whole, environments: [{ ...cartPole, action: { _tag: "Discrete", n: -2, names: [] } }] },
    "environments[0].action.n",
    /-2/
  ]
]

for (const [what, value, field, got] of odd)
  test(`pluginIssues() names the field and what came, and runs nothing of the plugin: ${what}`, () => {
    const issues = pluginIssues(value)
    const found = issues.find((i) => i.field === field)
    assert.ok(found !== undefined, issues.map((i) => i.field).join("; "))
    assert.match(found.got, got)
  })

/** Any value in any place of a good plugin. */
const anything = fc.anything({
  withBigInt: true,
  withNullPrototype: true,
  withDate: true,
  withMap: true,
  withTypedArray: true,
  withSparseArray: true,
  maxDepth: 3
})
/** In a function: fast-check itself cannot hold a revoked proxy. */
const strange: fc.Arbitrary<() => unknown> = fc.oneof(
  anything.map((value) => () => value),
  fc.constant(revoked),
  fc.constantFrom(circle, NaN, Infinity, -1, 1e300, "__proto__", "", "\u001b[0m").map((value) => () => value)
)
const path = fc.constantFrom(
  ...["environments", "environments.0", "families", "families.0", "name", "policygradex", "__proto__", "constructor"],
  ...["id", "version", "observation", "action", "parameters", "variants", "maxEpisodeSteps", "make", "absent"].map(
    (k) => `environments.0.${k}`
  ),
  ...["low", "high", "names", "units", "_tag", "n"].flatMap((k) => [
    `environments.0.observation.${k}`,
    `environments.0.action.${k}`
  ]),
  ...["id", "environment", "options", "options.n", "tasks", "draw"].map((k) => `families.0.${k}`)
)

const put = (value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown => {
  if (key === undefined) return to
  const copy: object = Array.isArray(value) ? [...value] : { ...Object(value) }
  return Object.defineProperty(copy, key, {
    enumerable: true,
    configurable: true,
    writable: true,
    value: put(Reflect.get(Object(value), key), rest, to)
  })
}

test("pluginIssues() tells of any plugin what is wrong, shortly, and never throws", () =>
  fc.assert(
    fc.property(path, strange, (at, value) => {
      const good = { ...whole, environments: [cartPole], families: [cartPoleLength] }
      for (const { field, want, got } of pluginIssues(put(good, at.split("."), value())))
        assert.ok(typeof field === "string" && want !== "" && got !== "" && got.length < 200, `${field}: ${got}`)
    }),
    { numRuns: 500 }
  ))

test("whatever is thrown can be told", () =>
  fc.assert(
    fc.property(strange, (e) => {
      assert.ok(thrown(e()).length < 600)
    })
  ))

test("an error whose message throws can be told", () => {
  const e = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("no")
    }
  })
  assert.equal(thrown(e), "something that cannot be read")
})
