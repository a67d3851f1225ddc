/** Figures and the form of pages, for pages of other rooms. */
export { heatMap } from "./figures/heat_map.ts"
export { learningFigure } from "./figures/learning.ts"
export { type Html, html, raw, table } from "./html.ts"
export { style } from "./style.ts"
