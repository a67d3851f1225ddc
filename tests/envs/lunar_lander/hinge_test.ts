import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { BoxShape, RevoluteJoint, type RevoluteJointDef, World } from "planck"
import { Hinge } from "../../../envs/lunar_lander/hinge.ts"

/** A body with two motored arms over the ground: what it does in some steps. */
const fall = (make: (definition: RevoluteJointDef) => RevoluteJoint, push: number, speed: number): number[] => {
  const world = new World({ gravity: { x: 0, y: -10 } })
  world.createBody().createFixture(new BoxShape(20, 1), { density: 0, friction: 0.2 })
  const trunk = world.createBody({ type: "dynamic", position: { x: 0, y: 2.5 } })
  trunk.createFixture(new BoxShape(0.5, 0.4), { density: 5, filterGroupIndex: -1 })
  const arms = [-1, 1].map((side) => {
    const arm = world.createBody({ type: "dynamic", position: { x: side * 0.6, y: 2.5 } })
    arm.createFixture(new BoxShape(0.1, 0.3), { density: 1, filterGroupIndex: -1 })
    const joint = make({
      bodyA: trunk,
      bodyB: arm,
      localAnchorA: { x: 0, y: 0 },
      localAnchorB: { x: -side * 0.6, y: 0.5 },
      enableMotor: true,
      maxMotorTorque: 40,
      motorSpeed: speed * side,
      enableLimit: true,
      lowerAngle: -0.4,
      upperAngle: 0.4
    })
    world.createJoint(joint)
    return arm
  })
  trunk.applyLinearImpulse({ x: push, y: 0 }, { x: 0.1, y: 2.6 }, true)
  const seen: number[] = []
  for (let t = 0; t < 60; t++) {
    world.step(0.02, 180, 20)
    for (const body of [trunk, ...arms])
      seen.push(body.getPosition().x, body.getPosition().y, body.getAngle(), body.getAngularVelocity())
  }
  return seen
}

test("Hinge gives the library's joint to the bit, in the air and on the ground", () =>
  fc.assert(
    fc.property(
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (push, speed) => {
        const [ours, theirs] = [fall((d) => new Hinge(d), push, speed), fall((d) => new RevoluteJoint(d), push, speed)]
        assert.deepEqual(ours, theirs)
      }
    ),
    { numRuns: 20 }
  ))
