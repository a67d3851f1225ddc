/** What tasks are, in a line each, for networks that read it. */

/** Meta-World's MT10, in our own words; by the names that its tasks' ids begin with. */
const mt10: Readonly<Record<string, string>> = {
  "reach-v3": "Bring the hand to a point in the air",
  "push-v3": "Push a puck to a point of the table",
  "pick-place-v3": "Pick a puck up and hold it at a point in the air",
  "door-open-v3": "Pull a door open by its handle",
  "drawer-open-v3": "Pull a drawer open by its handle",
  "drawer-close-v3": "Push a drawer shut by its handle",
  "button-press-topdown-v3": "Press a button from above",
  "peg-insert-side-v3": "Pick a peg up and put it into a hole from the side",
  "window-open-v3": "Push a window open by its handle",
  "window-close-v3": "Push a window shut by its handle"
}

/** A task's description: of its id, or of what stands before the id's first comma; those given first. */
export const descriptionOf = (id: string, given: Readonly<Record<string, string>>): string | undefined => {
  const all = new Map([...Object.entries(mt10), ...Object.entries(given)])
  return all.get(id) ?? all.get(id.split(",")[0] ?? id)
}
