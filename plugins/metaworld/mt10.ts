/** The ten tasks of MT10, in its order. */
import type { MetaworldTask } from "./task.ts"
import {
  buttonPressTopdown,
  doorOpen,
  drawerClose,
  drawerOpen,
  pegInsertSide,
  pickPlace,
  push,
  reach,
  windowClose,
  windowOpen
} from "./tasks/mod.ts"

export const mt10: readonly MetaworldTask[] = [
  reach,
  push,
  pickPlace,
  doorOpen,
  drawerOpen,
  drawerClose,
  buttonPressTopdown,
  pegInsertSide,
  windowOpen,
  windowClose
]
