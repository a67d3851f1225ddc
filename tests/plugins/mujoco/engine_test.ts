/** Both engines against mechanics that can be solved on paper, and against what MuJoCo's documentation says of failures. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import {
  type Data,
  type EngineId,
  engineIds,
  installedEngines,
  type Model,
  modelOfText,
  openEngine
} from "../../../plugins/mujoco/mod.ts"
import { right } from "../../support/right.ts"

const here = installedEngines().filter(({ version }) => version !== undefined)
const skip = (id: EngineId): string | false => (here.some((e) => e.id === id) ? false : `MuJoCo ${id} is not installed`)

const STEP = 0.001
const free = `<mujoco><option timestep="${STEP}"/><worldbody><body name="ball" pos="0 0 100"><freejoint/>
  <geom size="0.1"/></body></worldbody></mujoco>`
/** A point mass of 1 kg at 1 m from a hinge, as in a textbook. */
const swing = `<mujoco><!-- <mujoco> in a comment --><option timestep="${STEP}" integrator="RK4"/><worldbody><body>
  <joint name="hinge" type="hinge" axis="0 1 0"/><inertial pos="0 0 -1" mass="1" diaginertia="1e-9 1e-9 1e-9"/>
  <geom size="0.01" mass="0" contype="0" conaffinity="0"/></body></worldbody>
  <actuator><motor name="push" joint="hinge"/></actuator></mujoco>`

const using = (id: EngineId, xml: string, use: (model: Model, data: Data) => void): void => {
  const model = right(right(openEngine(id)).model(modelOfText("test.xml", xml)))
  const data = model.data()
  try {
    use(model, data)
  } finally {
    data.close()
    model.close()
  }
}

for (const id of engineIds) {
  test(`MuJoCo ${id}: a ball in free fall is where semi-implicit Euler puts it`, { skip: skip(id) }, () =>
    using(id, free, (_, data) => {
      const { qpos, qvel } = right(data.floats(["qpos", "qvel"]))
      const n = 1000
      data.step(n)
      // v_k = −g·k·h; z_n = z_0 + h·Σ v_k = z_0 − g·h²·n(n + 1)/2.
      assert.ok(Math.abs(qvel()[2]! + 9.81 * n * STEP) < 1e-9)
      assert.ok(Math.abs(qpos()[2]! - (100 - (9.81 * STEP * STEP * n * (n + 1)) / 2)) < 1e-9)
    })
  )

  test(
    `MuJoCo ${id}: a pendulum keeps its energy, and swings in the time of the elliptic integral`,
    { skip: skip(id) },
    () =>
      using(id, swing, (_, data) => {
        const { qpos, qvel } = right(data.floats(["qpos", "qvel"]))
        qpos()[0] = 1
        const energy = (): number => qvel()[0]! ** 2 / 2 - 9.81 * Math.cos(qpos()[0]!)
        const before = energy()
        // T = 4·√(l/g)·K(sin(θ₀/2)) by the arithmetic-geometric mean: K(k) = π/(2·agm(1, √(1 − k²))).
        let [a, b] = [1, Math.cos(0.5)]
        while (Math.abs(a - b) > 1e-15) [a, b] = [(a + b) / 2, Math.sqrt(a * b)]
        const period = (2 * Math.PI) / (a * Math.sqrt(9.81))
        const quarter = period / 4 / STEP
        data.step(Math.floor(quarter))
        const [at, speed] = [qpos()[0]!, qvel()[0]!]
        // The lowest point is crossed at the quarter: from the last step before it, by the speed there.
        assert.ok(Math.abs(at + (quarter - Math.floor(quarter)) * STEP * speed) < 1e-6)
        data.step(10_000)
        assert.ok(Math.abs(energy() - before) < 1e-6)
      })
  )

  test(
    `MuJoCo ${id}: the same state leads to the same numbers, whatever was simulated between`,
    { skip: skip(id) },
    () =>
      using(id, swing, (_, data) => {
        const { qpos, qvel, ctrl, qacc_warmstart } = right(data.floats(["qpos", "qvel", "ctrl", "qacc_warmstart"]))
        const run = (): readonly number[] => {
          qpos()[0] = 0.3
          qvel()[0] = -2
          ctrl()[0] = 0.7
          qacc_warmstart().fill(0)
          data.step(50)
          return [qpos()[0]!, qvel()[0]!]
        }
        const first = run()
        data.step(123)
        assert.deepEqual(run(), first)
        data.reset()
        assert.deepEqual(run(), first)
      })
  )

  test(`MuJoCo ${id}: views stay right while the engine's memory grows under them`, { skip: skip(id) }, () =>
    using(id, free, (_, data) => {
      const { qpos } = right(data.floats(["qpos"]))
      const before = qpos()
      const engine = right(openEngine(id))
      const models: Model[] = []
      const all: Data[] = []
      // Each takes some megabytes, until the memory that the first view is of has been replaced.
      while (before.byteLength > 0 && all.length < 500) {
        const model = right(
          engine.model(modelOfText("more.xml", free.replace("<option", '<size memory="3M"/><option')))
        )
        models.push(model)
        all.push(model.data())
      }
      assert.equal(before.byteLength, 0)
      assert.equal(qpos()[2], 100)
      qpos()[2] = 7
      data.step(1)
      assert.ok(Math.abs(qpos()[2]! - 7) < 1e-3)
      for (const d of all) d.close()
      for (const m of models) m.close()
    })
  )

  test(`MuJoCo ${id}: models that are closed leave their memory to the next`, { skip: skip(id) }, () => {
    // 2 MB each: without freeing they would not fit into the 2 GB that an engine can have.
    using(id, free, (model) => {
      for (let i = 0; i < 1100; i++) model.data().close()
    })
  })

  test(`MuJoCo ${id}: an infinite speed is told with MuJoCo's own warning`, { skip: skip(id) }, () =>
    using(id, swing, (_, data) => {
      const { qvel } = right(data.floats(["qvel"]))
      data.watch()
      data.step(3)
      assert.equal(data.restarted(), false)
      assert.deepEqual(data.warnings(), [])
      qvel()[0] = Number.POSITIVE_INFINITY
      data.watch()
      data.step(3)
      assert.equal(data.restarted(), true)
      assert.match(data.warnings().join(), /bad number in qvel, 1 times, last at number 0/)
    })
  )

  test(`MuJoCo ${id}: an XML that does not load is refused in MuJoCo's words`, { skip: skip(id) }, () => {
    const engine = right(openEngine(id))
    const refused = (xml: string): string => {
      const made = engine.model(modelOfText("bad.xml", xml))
      assert.ok(E.isLeft(made))
      assert.equal(made.left.reason, "model")
      return made.left.message
    }
    assert.match(refused("<mujoco>"), /^Cannot load bad\.xml into MuJoCo .*XML/s)
    // This engine throws these without their words.
    const [geom, other] = id === "3.3.8" ? [/mjCError/, /mjXError/] : [/geom/, /other\.xml/]
    assert.match(refused("<mujoco><worldbody><body><geom/></body></worldbody></mujoco>"), geom)
    assert.match(refused("<mujoco><include file='other.xml'/></mujoco>"), other)
  })

  test(
    `MuJoCo ${id}: names that are not there, and arrays that the binding cannot give, are refused by name`,
    {
      skip: skip(id)
    },
    () =>
      using(id, swing, (model, data) => {
        const message = (e: E.Either<{ readonly message: string }, unknown>): string =>
          E.isLeft(e) ? e.left.message : ""
        assert.equal(right(model.id("joint", "hinge")), 0)
        assert.match(message(model.id("body", "arm")), /Cannot find body "arm" in test\.xml: want a body of this name/)
        assert.match(
          message(data.floats(["qpos", "qpoz"])),
          /Cannot read qpoz of the simulation of test\.xml: .*no such array/
        )
        assert.match(message(model.floats(["jnt_type"])), /jnt_type.*real numbers/)
        assert.equal(right(model.integers(["jnt_type"])).jnt_type()[0], 3) // mjJNT_HINGE
        assert.match(message(model.floats(["jnt_limited"])), /jnt_limited/)
      })
  )
}

test("an engine that is not there is refused with the command that installs it", {
  skip: here.length === engineIds.length && "both are installed"
}, () => {
  for (const { id, name } of installedEngines().filter((e) => e.version === undefined)) {
    const refused = openEngine(id)
    assert.ok(
      E.isLeft(refused) && refused.left.reason === "no-package" && refused.left.fix.startsWith(`npm install ${name}`)
    )
  }
})
