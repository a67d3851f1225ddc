/** Pixels per metre: the reference gives its shapes in pixels. */
export const SCALE = 30
/** Steps per second. */
export const FPS = 50
/** Size of the world, m. */
export const WIDTH = 600 / SCALE
export const HEIGHT = 400 / SCALE
/** Points of the terrain, and what lies between two of them, m. */
export const POINTS = 11
export const CHUNK = WIDTH / (POINTS - 1)
/** What heights are measured from. The pad itself lies at 0.99 of it: smoothing is by 0.33, not by a third. */
export const PAD_Y = HEIGHT / 4
/** The largest component of the push at the beginning, N. */
export const INITIAL_FORCE = 1000

/** Corners of the lander, m. */
export const HULL = (
  [
    [-14, 17],
    [-17, 0],
    [-17, -10],
    [17, -10],
    [17, 0],
    [14, 17]
  ] as const
).map(([x, y]) => ({ x: x / SCALE, y: y / SCALE }))

/**
 * Mass, centre of mass and moment of inertia about the body's origin that Box2D gives the lander.
 *
 * planck 1.4 finds 0.813 kg m² for the last one of any polygon like this one, because it takes the distance of the centre
 * from its reference point after having overwritten it; the integral over the hull is 0.83331.
 */
export const HULL_MASS = { mass: 4.816666603088379, center: { x: 0, y: 0.10130719095468521 }, I: 0.8333148956298828 }

/** A leg: half its width and height, and where the joint is, m. */
export const LEG = { halfWidth: 2 / SCALE, halfHeight: 8 / SCALE, away: 20 / SCALE, down: 18 / SCALE }
/** The motor that spreads a leg, N m, rad/s and rad. */
export const LEG_MOTOR = { torque: 40, speed: 0.3, angle: 0.05, near: 0.4, far: 0.9 }

/** Impulse per metre of nozzle offset, and where nozzles are, m. */
export const MAIN_ENGINE = { power: 13, y: 4 / SCALE }
export const SIDE_ENGINE = { power: 0.6, away: 12 / SCALE, height: 14 / SCALE, inset: 17 / SCALE }

/** Iterations of Box2D's solvers at each step. */
export const VELOCITY_ITERATIONS = 180
export const POSITION_ITERATIONS = 60
