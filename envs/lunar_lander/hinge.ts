import { RevoluteJoint, type TimeStep } from "planck"
import {
  ARM_A,
  ARM_B,
  EQUAL,
  IMPULSE,
  INVERSE_INERTIA,
  INVERSE_MASS,
  MASS,
  MOTOR,
  prepare,
  relax,
  SIZE,
  STATE,
  VELOCITY
} from "./relax.ts"

interface Vector {
  x: number
  y: number
}
interface Vector3 extends Vector {
  z: number
}

/** What the solver keeps of a body during a step, and the solver itself: what hangs together with the body. */
interface Moving {
  readonly c_velocity: { readonly v: Vector; w: number }
  readonly m_world: {
    readonly m_solver: { readonly m_contacts: readonly unknown[]; readonly m_joints: readonly unknown[] }
  }
}

const trunk = new Float64Array(3)

/**
 * A motored revolute joint that gives the library's numbers to the bit, sooner.
 *
 * Its iteration of the velocity solver is {@link relax}: the library makes a dozen vectors in each, 180 times a step. And
 * where nothing hangs together but a body and two such hinges, all iterations of a step are done in one go.
 */
export class Hinge extends RevoluteJoint {
  // Of planck, in the version that package.json pins; not among its documented members.
  declare readonly m_bodyA: Moving
  declare readonly m_bodyB: Moving
  declare readonly m_invMassA: number
  declare readonly m_invMassB: number
  declare readonly m_invIA: number
  declare readonly m_invIB: number
  declare readonly m_rA: Vector
  declare readonly m_rB: Vector
  declare readonly m_mass: { readonly ex: Vector3; readonly ey: Vector3; readonly ez: Vector3 }
  declare readonly m_motorMass: number
  declare readonly m_impulse: Vector3
  declare readonly m_enableMotor: boolean
  declare readonly m_limitState: number
  declare readonly m_motorSpeed: number
  declare readonly m_maxMotorTorque: number
  declare m_motorImpulse: number
  /** The numbers of this step. */
  readonly numbers = new Float64Array(SIZE)
  /** All iterations of this step are done. */
  done = false
  /** How many the step had, until that is given back to it. */
  had = 0

  override initVelocityConstraints(step: TimeStep): void {
    super.initVelocityConstraints(step)
    this.done = false
    const { m_mass, m_rA, m_rB, numbers: k } = this
    k[INVERSE_MASS] = this.m_invMassA
    k[INVERSE_MASS + 1] = this.m_invMassB
    k[INVERSE_INERTIA] = this.m_invIA
    k[INVERSE_INERTIA + 1] = this.m_invIB
    k[ARM_A] = m_rA.x
    k[ARM_A + 1] = m_rA.y
    k[ARM_B] = m_rB.x
    k[ARM_B + 1] = m_rB.y
    k[MASS] = m_mass.ex.x
    k[MASS + 1] = m_mass.ex.y
    k[MASS + 2] = m_mass.ey.y
    k[MASS + 3] = m_mass.ez.x
    k[MASS + 4] = m_mass.ez.y
    k[MASS + 5] = m_mass.ez.z
    k[MOTOR] = this.m_motorMass
    k[MOTOR + 1] = this.m_motorSpeed
    k[MOTOR + 2] = step.dt * this.m_maxMotorTorque
    k[STATE] = this.m_limitState
    k[IMPULSE] = this.m_impulse.x
    k[IMPULSE + 1] = this.m_impulse.y
    k[IMPULSE + 2] = this.m_impulse.z
    k[IMPULSE + 3] = this.m_motorImpulse
    prepare(k)
  }

  override solveVelocityConstraints(step: TimeStep): void {
    if (this.done) return
    if (!this.isMotored()) super.solveVelocityConstraints(step)
    else {
      const other = this.partner()
      if (other === undefined) this.iterate(undefined, 1)
      else {
        this.iterate(other, step.velocityIterations)
        other.done = true
        this.done = true
        this.had = step.velocityIterations
        step.velocityIterations = 0
      }
    }
  }

  override solvePositionConstraints(step: TimeStep): boolean {
    if (this.had > 0) step.velocityIterations = this.had
    this.had = 0
    return super.solvePositionConstraints(step)
  }

  private isMotored(): boolean {
    return this.m_enableMotor && this.m_limitState !== EQUAL
  }

  /** The one other hinge of the body, where the library would iterate over this one, that one, and nothing else. */
  private partner(): Hinge | undefined {
    const { m_contacts, m_joints } = this.m_bodyA.m_world.m_solver
    if (m_contacts.length > 0 || m_joints.length !== 2 || m_joints[0] !== this) return undefined
    const other = m_joints[1]
    return other instanceof Hinge && other.isMotored() && other.m_bodyA === this.m_bodyA ? other : undefined
  }

  private iterate(other: Hinge | undefined, count: number): void {
    const { v, w } = this.m_bodyA.c_velocity
    trunk[0] = v.x
    trunk[1] = v.y
    trunk[2] = w
    this.load()
    other?.load()
    relax(trunk, this.numbers, other?.numbers, count)
    v.x = trunk[0]
    v.y = trunk[1]
    this.m_bodyA.c_velocity.w = trunk[2]
    this.store()
    other?.store()
  }

  private load(): void {
    const { numbers } = this
    const { v, w } = this.m_bodyB.c_velocity
    numbers[VELOCITY] = v.x
    numbers[VELOCITY + 1] = v.y
    numbers[VELOCITY + 2] = w
  }

  private store(): void {
    const { numbers, m_impulse } = this
    const { c_velocity } = this.m_bodyB
    c_velocity.v.x = numbers[VELOCITY]!
    c_velocity.v.y = numbers[VELOCITY + 1]!
    c_velocity.w = numbers[VELOCITY + 2]!
    m_impulse.x = numbers[IMPULSE]!
    m_impulse.y = numbers[IMPULSE + 1]!
    m_impulse.z = numbers[IMPULSE + 2]!
    this.m_motorImpulse = numbers[IMPULSE + 3]!
  }
}
