/** Episodes of bodies in space, to be played. */
import { type Html, html, raw } from "../html.ts"
import type { PageScript } from "../page/scripts.ts"
import { contentText, type Titled } from "../player/content.ts"
import { library, pageScript } from "../player/library.ts"

/** A player of the episodes; nothing where there are none, or three.js is not installed. */
export const playerFigure = (episodes: readonly Titled[]): Html => {
  const drawing = episodes.length === 0 ? undefined : library()
  if (drawing === undefined) return html``
  const options = episodes.map(({ title }, i) => html`<option value="${i}">${title}</option>`)
  return html`<p class="soft" data-note>Episodes are played by a script, with WebGL; without them, the pictures below tell.</p>
<figure class="player" data-player hidden role="group" aria-label="Player of episodes">
<canvas data-part="stage" role="img" aria-label="An episode"></canvas>
<div class="controls"><label>Episode <select data-part="episode">${options}</select></label>
<button type="button" data-part="back" aria-label="One frame back">◂</button>
<button type="button" data-part="play">Play</button>
<button type="button" data-part="forward" aria-label="One frame forward">▸</button>
<input type="range" data-part="frame" aria-label="Frame" min="0" max="0" value="0">
<output data-part="time"></output></div>
<figcaption>Space plays and pauses, the arrows go one frame on or back, Home and End to the first and the last.</figcaption>
<script type="text/plain" data-part="content">${raw(contentText(drawing, episodes))}</script></figure>`
}

/** What plays them; nothing where there is no player. */
export const playerScripts = (episodes: number): readonly PageScript[] =>
  episodes === 0 || library() === undefined ? [] : [{ text: pageScript(), brings: true }]
