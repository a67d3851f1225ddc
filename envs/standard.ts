import { cartPole } from "./cartpole/cartpole.ts"
import { cartPoleLength } from "./cartpole/length_family.ts"
import { cartPoleMirrored } from "./cartpole/mirrored_family.ts"
import { frozenLake, frozenLake8x8 } from "./frozen_lake/frozen_lake.ts"
import { frozenLake8x8Maps, frozenLakeMaps } from "./frozen_lake/maps_family.ts"
import { gridWorldCorners } from "./grid_world/corners_family.ts"
import { gridWorld } from "./grid_world/grid_world.ts"
import { highwayDensity, highwayFullDensity, highwayLanes } from "./highway/families.ts"
import { highway, highwayFast } from "./highway/highway.ts"
import { linearQuadratic } from "./linear_quadratic/linear_quadratic.ts"
import { linearQuadraticPlanted } from "./linear_quadratic/planted_family.ts"
import { lunarLanderGravity, lunarLanderWind } from "./lunar_lander/families.ts"
import { lunarLander, lunarLanderContinuous } from "./lunar_lander/lunar_lander.ts"
import { navigationBiased, navigationPartial, navigationUniform } from "./navigation/families.ts"
import { navigation } from "./navigation/navigation.ts"
import { pendulumGravity, pendulumLength } from "./pendulum/families.ts"
import { pendulum } from "./pendulum/pendulum.ts"
import type { Registry } from "./registry.ts"

/** The environments and families that come with the package; the law suite runs over all of them. */
export const standard: Registry = {
  environments: [
    cartPole,
    linearQuadratic,
    navigation,
    frozenLake,
    frozenLake8x8,
    pendulum,
    gridWorld,
    highway,
    highwayFast,
    lunarLander,
    lunarLanderContinuous
  ],
  families: [
    cartPoleLength,
    cartPoleMirrored,
    linearQuadraticPlanted,
    navigationUniform,
    navigationPartial,
    navigationBiased,
    frozenLakeMaps,
    frozenLake8x8Maps,
    pendulumGravity,
    pendulumLength,
    gridWorldCorners,
    highwayDensity,
    highwayFullDensity,
    highwayLanes,
    lunarLanderGravity,
    lunarLanderWind
  ]
}
