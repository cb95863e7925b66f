// How the page of disks looks: quiet in light and dark, with one colour that shouts, for what is lost.
import { html } from "./html.ts";

export const diskPageStyle = html`
  :root { color-scheme: light dark; --text: light-dark(#1f2328, #e6edf3); --quiet: light-dark(#59636e, #9198a1); --page:
  light-dark(#ffffff, #0d1117); --card: light-dark(#f6f8fa, #151b23); --line: light-dark(#d1d9e0, #3d444d); --lost:
  light-dark(#cf222e, #ff7b72); --lost-soft: light-dark(#ffebe9, #3c1618); --new: light-dark(#1a7f37, #3fb950);
  --new-soft: light-dark(#dafbe1, #12301b); --kept: light-dark(#6e7781, #9198a1); --kept-soft: light-dark(#e7ecf0,
  #262c36); --grown: light-dark(#0969da, #58a6ff); --grown-soft: light-dark(#ddf4ff, #10243e); } * { box-sizing:
  border-box; } body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; } section + section { margin-top: 4rem; } h1 {
  font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 0; } h3 { font-size: .8rem; margin: .7rem 0 0; color:
  var(--quiet); font-weight: 600; } p { margin: .2rem 0; } ul, ol { margin: .2rem 0; padding-left: 1.2rem; } .quiet,
  .device { color: var(--quiet); } .device { font-weight: 400; margin-left: .5rem; } code, pre, table { font-family:
  ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85rem; } article, .refused { background: var(--card); border:
  1px solid var(--line); border-left-width: 4px; border-radius: 6px; padding: .9rem 1.1rem; margin: 1rem 0; }
  article.wiped, .refused { border-left-color: var(--lost); } article.changed { border-left-color: var(--grown); }
  article.kept { border-left-color: var(--new); } article.untouched { opacity: .75; } .fate { float: right; font-weight:
  600; color: var(--quiet); } .wiped .fate { color: var(--lost); } .changed .fate { color: var(--grown); } .kept .fate {
  color: var(--new); } .refused h2, ul.lost { color: var(--lost); } .hint { color: var(--quiet); } .state { display:
  grid; grid-template-columns: 3rem 1fr; align-items: start; } .bar { position: relative; height: 44px; margin: .5rem 0;
  } .bar svg { position: absolute; inset: 0; width: 100%; height: 100%; } .stretch { position: absolute; inset: 0 auto 0
  0; display: flex; align-items: center; justify-content: center; overflow: hidden; } .stretch span { padding: 0 .35rem;
  border-radius: 3px; background: var(--card); white-space: nowrap; font-size: .8rem; max-width: calc(100% - 8px);
  overflow: hidden; text-overflow: ellipsis; } .stretch.free span { background: none; color: var(--quiet); } rect.lost {
  fill: url(#hatching); stroke: var(--lost); } .hatched { fill: var(--lost-soft); } .hatch { stroke: var(--lost);
  stroke-width: 3; } rect.kept { fill: var(--kept-soft); stroke: var(--kept); } rect.new { fill: var(--new-soft);
  stroke: var(--new); } rect.grown { fill: var(--grown-soft); stroke: var(--grown); } rect.free { fill: none; stroke:
  var(--line); stroke-dasharray: 4 4; } table { border-collapse: collapse; } td { padding: .1rem .9rem .1rem 0;
  vertical-align: top; } td.size { text-align: right; white-space: nowrap; color: var(--quiet); } tr.lost .word { color:
  var(--lost); font-weight: 600; } tr.new .word { color: var(--new); } tr.grown .word { color: var(--grown); } tr.kept
  .word, tr.free { color: var(--quiet); } pre { overflow-x: auto; margin: .3rem 0; padding: .5rem .7rem; background:
  var(--page); border: 1px solid var(--line); border-radius: 4px; } summary { cursor: pointer; } li.destroy summary {
  color: var(--lost); } li.change summary, li.hook summary { color: var(--grown); }
`;
