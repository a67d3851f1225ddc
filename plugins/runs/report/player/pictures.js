/** Plays episodes that an environment drew: each picture an image of its own, which cannot reach the page. */
import { part, readContent } from "./content.js"
import { playEpisodes } from "./controls.js"

const stage = part("stage")
const { episodes } = await readContent()

playEpisodes(episodes, ({ pictures }, frame, words) => {
  stage.src = `data:image/svg+xml,${encodeURIComponent(pictures[frame])}`
  stage.alt = words
})
