/** The page's one style sheet: light and dark, wide and narrow, no resource from outside. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f5f1; --card: #ffffff; --ink: #1d2430; --soft: #5c6675; --line: #dfdcd3; --quiet: #8a919c;
  --pos: #1f6fb2; --neg: #b84f27; --warn: #b3541e; --bad: #b3261e;
  --g0: #1f6fb2; --g1: #b84f27; --g2: #27794d; --g3: #8a55b5; --g4: #866810; --g5: #c03f7b; --g6: #23767e; --g7: #646b78;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --ink: #e7e9ee; --soft: #9aa5b4; --line: #2d3642; --quiet: #6b7685;
    --pos: #2a74b3; --neg: #b85c36; --warn: #f0a35e; --bad: #ff8a80;
    --g0: #5aa9ea; --g1: #ef8e66; --g2: #5fc08b; --g3: #b98ae0; --g4: #d8b44a; --g5: #ec7fb0; --g6: #5cc3cc; --g7: #a3abb8;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1rem; font-weight: 600; letter-spacing: .04em; color: var(--soft); margin: 0 0 .75rem; }
.headline { font: 500 clamp(1.3rem, 3.2vw, 1.9rem)/1.3 Georgia, "Iowan Old Style", serif; margin: 0 0 1.5rem; max-width: 46rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 3rem 0 .9rem; }
.groups { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); padding: 0; margin: 0; list-style: none; }
.groups li { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--c); border-radius: 6px; padding: .7rem .9rem; }
.groups b { color: var(--c); display: block; margin-bottom: .2rem; }
.groups span { display: inline-block; margin: 0 .7rem .1rem 0; font-variant-numeric: tabular-nums; font-size: .92rem; }
.soft { color: var(--soft); font-size: .92rem; }
.pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
figure { margin: 0 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem; min-width: 0; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.films { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
.films figure { margin: 0; border-left: 5px solid var(--c); }
.films figure > div { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem; align-items: center; }
.films img { width: 100%; background: #fff; border-radius: 4px; }
.player img { display: block; width: 100%; height: min(24rem, 56vw); object-fit: contain; background: #fff; border-radius: 4px; }
.player canvas { display: block; width: 100%; aspect-ratio: 3 / 2; border-radius: 4px; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: center; margin-top: .8rem; font-size: .92rem; }
.controls select { max-width: 15rem; }
.controls input { flex: 1 1 8rem; accent-color: var(--pos); }
.controls output { font-variant-numeric: tabular-nums; color: var(--soft); min-width: 12rem; text-align: right; }
.controls button, .controls select { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: .25rem .7rem; }
.controls [data-part="play"] { min-width: 4.5rem; }
.plot { --plot-background: var(--card); color: var(--ink); }
.plot [data-mark$="grid"] { color: var(--soft); }
.plot .ring { fill: none; stroke: var(--ink); stroke-width: 2; pointer-events: none; }
.bubble { position: absolute; z-index: 1; max-width: min(24rem, calc(100vw - 1rem)); pointer-events: none; background: var(--ink); color: var(--page); border-radius: 4px; padding: .3rem .6rem; font-size: .85rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--g0); outline-offset: 2px; border-radius: 3px; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: .8rem; max-width: 44rem; }
figcaption b { color: var(--ink); }
details { margin-top: .7rem; font-size: .88rem; }
summary { cursor: pointer; color: var(--soft); }
.scroll { overflow-x: auto; margin-top: .6rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.n { text-align: right; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem; }
.card + .card { margin-top: 1rem; }
.warnings { list-style: none; margin: 0 0 1.5rem; padding: 0; display: grid; gap: .5rem; }
.warnings li { border-left: 4px solid var(--soft); background: var(--card); padding: .55rem .9rem; border-radius: 4px; font-size: .94rem; }
.warnings .caution { border-color: var(--warn); }
.warnings .invalid { border-color: var(--bad); }
.warnings b { margin-right: .4rem; }
.caution b { color: var(--warn); } .invalid b { color: var(--bad); }
pre { overflow-x: auto; font: .82rem/1.5 ui-monospace, "SF Mono", Menlo, monospace; margin: .6rem 0 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 0; font-size: .92rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 34rem) { main { padding: 1.5rem .8rem 3rem; } figure, .card { padding: .7rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print { body { background: none; } .player, .bubble, .ring { display: none; } figure { break-inside: avoid; } }
`
