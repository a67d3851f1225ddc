/** Some damaged inputs of each reader; tests/slow/fuzz.ts tries two thousand. */
import { test } from "node:test"
import { fuzz } from "../support/fuzz.ts"
import { targets } from "./targets.ts"

for (const target of targets) {
  test(`${target.name}: a damaged input gives a value or an error that says what is wrong`, () => fuzz(target, 100))
}
