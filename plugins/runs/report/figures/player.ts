/** Episodes to be played: of bodies in space by three.js, of others the pictures that their environment draws. */
import { show } from "../../../../core/text/numbers.ts"
import type { Played, PlayedPictures, Recording, ReportTask } from "../../../../pipeline/internal.ts"
import { byGroup } from "../draw.ts"
import { type Html, html, raw } from "../html.ts"
import type { PageScript } from "../page/scripts.ts"
import { playerScript } from "../page/scripts.ts"
import { bodiesText, picturesText, type Titled } from "../player/content.ts"
import { library } from "../player/library.ts"

/** A player, and the script that plays in it. */
export interface Player {
  readonly figure: Html
  readonly scripts: readonly PageScript[]
}

const none: Player = { figure: html``, scripts: [] }

/** A player of the recordings; nothing where there are none, or they are of bodies and three.js is not installed. */
export const playerOf = (
  recordings: readonly Recording[],
  tasks: readonly ReportTask[],
  labels: readonly number[]
): Player => {
  const sorted = byGroup(labels).flatMap((task) => recordings.filter((r) => r.task === task))
  const titled = <P>(of: (r: Recording) => P | undefined): readonly Titled<P>[] =>
    sorted.flatMap((r) => {
      const played = of(r)
      return played === undefined ? [] : [{ ...titlesOf(r, tasks), played }]
    })
  const pictures = titled<PlayedPictures>((r) => r.pictures)
  if (pictures.length > 0)
    return { figure: figureOf(IMAGE, picturesText(pictures)), scripts: [playerScript("pictures.js")] }
  const bodies = titled<Played>((r) => r.played)
  const drawing = bodies.length === 0 ? undefined : library()
  if (drawing === undefined) return none
  return { figure: figureOf(CANVAS, bodiesText(drawing, bodies)), scripts: [playerScript("bodies.js")] }
}

const titlesOf = ({ task, policy, own, total, steps, ended }: Recording, tasks: readonly ReportTask[]) => ({
  task: tasks[task]?.id ?? "",
  policy,
  own,
  worth: `Return ${show(total)}; ${ended ? "ended after" : "cut after"} ${show(steps)} steps.`
})

const IMAGE = html`<img data-part="stage" alt="An episode">`
const CANVAS = html`<canvas data-part="stage" role="img" aria-label="An episode"></canvas>`

const figureOf = (
  stage: Html,
  content: string
): Html => html`<p class="soft" data-note>Episodes are played by a script; without
it the pictures below tell.</p>
<figure class="player" data-player hidden aria-label="Player of episodes">
${stage}
<div class="controls"><label>Task <select data-part="task"></select></label>
<label>Policy <select data-part="policy"></select></label>
<button type="button" data-part="back" aria-label="One frame back">◂</button>
<button type="button" data-part="play">Play</button>
<button type="button" data-part="forward" aria-label="One frame forward">▸</button>
<input type="range" data-part="frame" aria-label="Frame" min="0" max="0" value="0">
<output data-part="time"></output></div>
<figcaption><b data-part="worth"></b> Of a task all episodes have the same first state. Space plays and pauses, the arrows go one
frame on or back, Home and End to the first and the last.</figcaption>
<script type="text/plain" data-part="content">${raw(content)}</script></figure>`
