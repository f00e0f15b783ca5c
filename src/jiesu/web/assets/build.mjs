// Bundles what browsers load: assets/css and assets/js → static/. `node build.mjs --watch` rebuilds while one works.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import * as esbuild from "esbuild";

const out = new URL("../static/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(new URL("img/", import.meta.url).pathname, out, { recursive: true });

const shared = {
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryNames: "[name]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  logLevel: "warning",
};
const both = (name) => [`css/${name}.css`, `js/${name}.js`];
// One of each for a kind of reader: petitioners get no byte of the desk, the desk none of the charts.
const builds = [
  // Telephones of 2017 open every page; older ones go without scripts.
  { ...shared, entryPoints: [...both("citizen"), "css/schema.css", "js/proof-worker.js"], target: ["es2017", "chrome63", "safari12"] },
  // Machines of offices.
  { ...shared, entryPoints: ["desk", "board"].flatMap(both), target: ["es2020", "chrome90", "safari15"] },
];

for (const options of builds) {
  if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}
