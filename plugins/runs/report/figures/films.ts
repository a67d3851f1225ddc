/** An episode of each task under its group's policy: a strip of pictures. */

import { show } from "../../../../core/text/numbers.ts"
import type { Recording, ReportTask } from "../../../../pipeline/internal.ts"
import { byGroup, groupColour } from "../draw.ts"
import { type Html, html } from "../html.ts"

/** Pictures are images of their own: what an environment draws cannot reach the page. */
const source = (picture: string): string => `data:image/svg+xml,${encodeURIComponent(picture)}`

export const filmFigure = (
  films: readonly Recording[],
  tasks: readonly ReportTask[],
  labels: readonly number[]
): Html => {
  const strips = byGroup(labels).flatMap((task) => films.filter((f) => f.task === task && f.own))
  return html`<div class="films">${strips.map(
    (f) =>
      html`<figure style="--c:${groupColour(labels[f.task] ?? 0)}"><div>${f.frames.map(
        ({ step, picture }) =>
          html`<img src="${source(picture)}" alt="${tasks[f.task]?.id ?? ""}, step ${String(step)}" loading="lazy">`
      )}</div><figcaption><b>${tasks[f.task]?.id ?? ""}</b> ${
        f.ended ? `ended after ${f.steps} steps` : `${f.steps} steps`
      }, return ${show(f.total)}; steps ${f.frames.map((x) => x.step).join(", ")}.</figcaption></figure>`
  )}</div>
  <p class="soft">One episode of each task under its group's policy of the first seed, most probable actions, in the order of
  the groups; longer episodes are cut.</p>`
}
