import { type Body, type Contact, EdgeShape, PolygonShape, type World } from "planck"
import { cos, sin, tanh } from "../../core/math/mod.ts"
import { Box2DWorld, bodyIn, box } from "./box2d.ts"
import {
  CHUNK,
  FPS,
  HEIGHT,
  HULL,
  HULL_MASS,
  LEG,
  LEG_MOTOR,
  MAIN_ENGINE,
  POINTS,
  POSITION_ITERATIONS,
  SCALE,
  SIDE_ENGINE,
  VELOCITY_ITERATIONS,
  WIDTH
} from "./constants.ts"
import type { Throttle } from "./engines.ts"
import { Hinge } from "./hinge.ts"
import { AWAKE, BLOWN, BODIES, CRASHED, FORCE, HEIGHTS, PER_BODY, TOUCHING, WIND } from "./layout.ts"

/** What moves the lander beside its engines. */
export interface Surroundings {
  readonly gravity: number
  readonly enable_wind: boolean
  readonly wind_power: number
  readonly turbulence_power: number
}

/** The rigid bodies of one episode. */
export interface Craft {
  readonly world: World
  readonly hull: Body
  readonly legs: readonly Body[]
  readonly touching: [boolean, boolean]
  crashed: boolean
  blown: number
}

/** Height of the ground at point `i`: the mean of three draws, the pad flattened, by the reference's rounded third. */
export const groundAt = (state: Float64Array, at: number, i: number): number => {
  const heights = at + HEIGHTS
  const before = state[heights + (i === 0 ? POINTS : i - 1)]!
  return 0.33 * (before + state[heights + i]! + state[heights + i + 1]!)
}

/** The bodies as the episode that begins with these draws finds them. */
export const build = (surroundings: Surroundings, state: Float64Array, at: number): Craft => {
  const world = new Box2DWorld({ gravity: { x: 0, y: surroundings.gravity } })
  const moon = bodyIn(world, {})
  const edge = (x0: number, y0: number, x1: number, y1: number, friction: number) =>
    moon.createFixture(new EdgeShape({ x: x0, y: y0 }, { x: x1, y: y1 }), { density: 0, friction })
  edge(0, 0, WIDTH, 0, 0.2)
  for (let i = 0; i + 1 < POINTS; i++)
    edge(CHUNK * i, groundAt(state, at, i), CHUNK * (i + 1), groundAt(state, at, i + 1), 0.1)

  const hull = bodyIn(world, { type: "dynamic", position: { x: WIDTH / 2, y: HEIGHT }, angle: 0 })
  const solid = { restitution: 0, filterMaskBits: 0x1 }
  hull.createFixture(new PolygonShape(HULL), { ...solid, density: 5, friction: 0.1, filterCategoryBits: 0x10 })
  hull.setMassData(HULL_MASS)
  hull.applyForceToCenter({ x: state[at + FORCE]!, y: state[at + FORCE + 1]! }, true)
  const legs = [-1, 1].map((side) => leg(world, hull, side, solid))

  const craft: Craft = { world, hull, legs, touching: [false, false], crashed: false, blown: 0 }
  watch(craft)
  return craft
}

const leg = (world: World, hull: Body, side: number, solid: object): Body => {
  const position = { x: WIDTH / 2 - side * LEG.away, y: HEIGHT }
  const body = bodyIn(world, { type: "dynamic", position, angle: side * LEG_MOTOR.angle })
  const fixture = { ...solid, density: 1, friction: 0.2, filterCategoryBits: 0x20 }
  body.createFixture(box(LEG.halfWidth, LEG.halfHeight), fixture)
  world.createJoint(
    new Hinge({
      bodyA: hull,
      bodyB: body,
      localAnchorA: { x: 0, y: 0 },
      localAnchorB: { x: side * LEG.away, y: LEG.down },
      referenceAngle: side * LEG_MOTOR.angle,
      enableMotor: true,
      maxMotorTorque: LEG_MOTOR.torque,
      motorSpeed: LEG_MOTOR.speed * side,
      enableLimit: true,
      lowerAngle: side < 0 ? LEG_MOTOR.near : -LEG_MOTOR.far,
      upperAngle: side < 0 ? LEG_MOTOR.far : -LEG_MOTOR.near
    })
  )
  return body
}

/** Contacts as the reference tells them: a leg that leaves one of two edges counts as off the ground. */
const watch = (craft: Craft): void => {
  const bodies = (contact: Contact) => [contact.getFixtureA().getBody(), contact.getFixtureB().getBody()]
  const touch = (contact: Contact, now: boolean) => {
    for (const body of bodies(contact)) {
      if (body === craft.legs[0]) craft.touching[0] = now
      if (body === craft.legs[1]) craft.touching[1] = now
    }
  }
  craft.world.on("begin-contact", (contact) => {
    if (bodies(contact).includes(craft.hull)) craft.crashed = true
    touch(contact, true)
  })
  craft.world.on("end-contact", (contact) => touch(contact, false))
}

type Pair = readonly [number, number]

/**
 * One step: wind, engines, then the bodies by Box2D.
 *
 *     wind(k) = tanh(sin(0.02·k) + sin(π·0.01·k))
 *
 * It blows while no leg touches, from where force and torque begin in this episode. Engines push at a place off their own by the
 * two draws of the step, in (−1, 1) pixels.
 */
export const advance = (
  craft: Craft,
  { enable_wind, wind_power, turbulence_power }: Surroundings,
  [force, torque]: Pair,
  throttle: Throttle,
  [draw0, draw1]: Pair
): void => {
  const { hull } = craft
  if (enable_wind && !craft.touching[0] && !craft.touching[1]) {
    hull.applyForceToCenter({ x: gust(force + craft.blown) * wind_power, y: 0 }, true)
    hull.applyTorque(gust(torque + craft.blown) * turbulence_power, true)
    craft.blown++
  }
  const { x, y } = hull.getPosition()
  const angle = hull.getAngle()
  const [s, c] = [sin(angle), cos(angle)]
  const [along, across] = [draw0 / SCALE, draw1 / SCALE]
  if (throttle.main > 0) {
    const reach = MAIN_ENGINE.y + 2 * along
    const [dx, dy] = [s * reach - c * across, -c * reach - s * across]
    const power = MAIN_ENGINE.power * throttle.main
    hull.applyLinearImpulse({ x: -dx * power, y: -dy * power }, { x: x + dx, y: y + dy }, true)
  }
  if (throttle.side > 0) {
    const reach = 3 * across + throttle.direction * SIDE_ENGINE.away
    const [dx, dy] = [s * along - c * reach, -c * along - s * reach]
    const power = SIDE_ENGINE.power * throttle.side
    const place = { x: x + dx - s * SIDE_ENGINE.inset, y: y + dy + c * SIDE_ENGINE.height }
    hull.applyLinearImpulse({ x: -dx * power, y: -dy * power }, place, true)
  }
  craft.world.step(1 / FPS, VELOCITY_ITERATIONS, POSITION_ITERATIONS)
}

const gust = (k: number): number => tanh(sin(0.02 * k) + sin(Math.PI * 0.01 * k))

/** Where the wind begins in an episode: of force and torque. */
export const windOf = (state: Float64Array, at: number): readonly [number, number] => [
  state[at + WIND]!,
  state[at + WIND + 1]!
]

/** How things stand, into the first part of the state. */
export const tell = ({ hull, legs, touching, crashed, blown }: Craft, state: Float64Array, at: number): void => {
  state[at + TOUCHING] = touching[0] ? 1 : 0
  state[at + TOUCHING + 1] = touching[1] ? 1 : 0
  state[at + CRASHED] = crashed ? 1 : 0
  state[at + AWAKE] = hull.isAwake() ? 1 : 0
  state[at + BLOWN] = blown
  tellBody(hull, state, at + BODIES)
  tellBody(legs[0]!, state, at + BODIES + PER_BODY)
  tellBody(legs[1]!, state, at + BODIES + 2 * PER_BODY)
}

const tellBody = (body: Body, state: Float64Array, at: number): void => {
  const position = body.getPosition()
  const velocity = body.getLinearVelocity()
  state[at] = position.x
  state[at + 1] = position.y
  state[at + 2] = body.getAngle()
  state[at + 3] = velocity.x
  state[at + 4] = velocity.y
  state[at + 5] = body.getAngularVelocity()
}
