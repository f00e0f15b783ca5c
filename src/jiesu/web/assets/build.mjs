// Bundles what browsers load: assets/css and assets/js → static/. `node build.mjs --watch` rebuilds while one works.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import * as esbuild from "esbuild";

const out = new URL("../static/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(new URL("img/", import.meta.url).pathname, out, { recursive: true });

const options = {
  absWorkingDir: new URL(".", import.meta.url).pathname,
  // One of each for a kind of reader: petitioners get no byte of the desk, the desk none of the charts.
  entryPoints: [...["citizen", "desk"].flatMap((name) => [`css/${name}.css`, `js/${name}.js`]), "css/board.css", "css/schema.css", "js/proof-worker.js"],
  entryNames: "[name]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2017", "chrome63", "safari12"], // telephones of 2017 open every page; older ones go without scripts
  logLevel: "warning",
};

// The board is looked at on an office's computer: its charts may be written as browsers since 2021 read them.
const charts = { ...options, entryPoints: ["js/board.js"], target: ["chrome87", "firefox78", "safari14.1"] };

for (const each of [options, charts]) {
  if (process.argv.includes("--watch")) await (await esbuild.context(each)).watch();
  else await esbuild.build(each);
}
