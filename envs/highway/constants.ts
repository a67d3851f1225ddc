/**
 * What highway-env keeps outside its configuration: sizes, limits and the drivers' habits.
 *
 * - Units: m, s, rad.
 * - Source: highway-env 1.12, `vehicle/{kinematics,controller,behavior}`, `road/{lane,road}`.
 */
export const LENGTH = 5
export const WIDTH = 2
/** Beyond it a vehicle may only slow down. */
export const MAX_SPEED = 40

export const LANE_WIDTH = 4
/** The road runs from 0 to here. */
export const ROAD_LENGTH = 10_000
export const SPEED_LIMIT = 30

/** Gains of the cascade from lateral offset to lateral speed to heading to yaw rate, and of cruise control. */
export const KP_LATERAL = 1 / 0.6
export const KP_HEADING = 1 / 0.2
export const KP_SPEED = 1 / 0.6
/** The heading of a lane change, π/4 at most, and its sine. */
export const MAX_TURN = Math.PI / 4
export const MAX_TURN_SINE = Math.SQRT1_2
/** Sine of the slip angle at the largest steering angle: β = atan(tan δ/2) with δ = π/3. */
export const MAX_SLIP_SINE = Math.sqrt(3 / 7)

/** The intelligent driver model: hardest, comfortable and braking acceleration, standstill gap, time gap. */
export const MAX_ACCELERATION = 6
export const COMFORT_ACCELERATION = 3
export const COMFORT_BRAKING = 5
export const GAP_WANTED = 10
export const TIME_WANTED = 1.5
/** The exponent of its free-road term differs from driver to driver. */
export const EXPONENT_LOW = 3.5
export const EXPONENT_HIGH = 4.5

/** MOBIL: what a lane change must gain, what it may cost the new follower, how often it is considered. */
export const MIN_GAIN = 0.2
export const MAX_BRAKING_IMPOSED = 2
export const LANE_CHANGE_DELAY = 1

/** How far the agent sees, ahead and sideways, and behind. */
export const PERCEPTION = 5 * MAX_SPEED
export const PERCEPTION_BEHIND = 2 * LENGTH

/** A divisor that keeps its distance from 0. */
export const notZero = (x: number): number => (Math.abs(x) > 0.01 ? x : x >= 0 ? 0.01 : -0.01)

/** Within [low, high]. */
export const clip = (x: number, low: number, high: number): number => (x < low ? low : Math.min(x, high))
