/**
 * What makes planck's numbers those of Box2D 2.3, which is what Gymnasium has, but for float64 in place of float32.
 *
 * The library departs from Box2D in three things that matter to a lander on its legs, and one that its hull's
 * {@link HULL_MASS} puts right. All are mended from outside.
 */
import { Body, type BodyDef, type BroadPhase, type FixtureProxy, PolygonShape, World } from "planck"

/**
 * A world whose contacts are made, and therefore solved and told of, in Box2D's order.
 *
 * Box2D sorts the pairs that its broad phase has found by their two ids (`b2BroadPhase::UpdatePairs`); the library takes
 * them as its tree yields them. Ids go up in the order in which shapes were made, in both.
 */
export class Box2DWorld extends World {
  // Of planck, in the version that package.json pins; not among its documented members.
  declare readonly m_broadPhase: BroadPhase
  declare readonly createContact: (a: FixtureProxy, b: FixtureProxy) => void
  private readonly pairs: (readonly [FixtureProxy, FixtureProxy])[] = []

  /** Called by the library. Each pair has its smaller id first; one found twice gets one contact. */
  findNewContacts(): void {
    const { pairs } = this
    this.m_broadPhase.updatePairs((a, b) => pairs.push([a, b]))
    pairs.sort(([a, b], [c, d]) => a.proxyId - c.proxyId || b.proxyId - d.proxyId)
    for (const [a, b] of pairs) this.createContact(a, b)
    pairs.length = 0
  }
}

/**
 * Whoever is awake is not woken: a contact that begins or ends leaves the time that a body has been at rest as it was
 * (`b2Body::SetAwake`). The library begins to count anew, so that landers came to rest later.
 */
function wake(this: Body, flag: boolean): void {
  if (!flag || !this.isAwake()) Body.prototype.setAwake.call(this, flag)
}

/** A body of that world. */
export const bodyIn = (world: World, definition: BodyDef): Body =>
  Object.assign(world.createBody(definition), { setAwake: wake })

/**
 * A box whose corners are numbered from the lower left one (`b2PolygonShape::SetAsBox`).
 *
 * The library begins one further, whatever it is given. By these numbers a contact finds its impulses of the step before.
 */
export const box = (halfWidth: number, halfHeight: number): PolygonShape => {
  const shape = new PolygonShape([-1, 1].flatMap((y) => [-1, 1].map((x) => ({ x: x * halfWidth, y: y * halfHeight }))))
  shape.m_vertices.unshift(...shape.m_vertices.splice(-1))
  shape.m_normals.unshift(...shape.m_normals.splice(-1))
  return shape
}
