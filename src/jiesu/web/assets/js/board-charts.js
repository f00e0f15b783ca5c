// Draws each figure[data-chart] from the table beneath it: the table is the one source, for readers and for the chart.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers"; // SVG would write style attributes, which the page forbids
import { rowsOf } from "./board-table.js";
import { flow, ladder, units } from "./board-options.js";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const OPTIONS = { bars: ladder, units, flow };
const drawn = new Map();

export function drawAll(root = document) {
  for (const figure of root.querySelectorAll("figure[data-chart]")) draw(figure);
}

export function draw(figure) {
  const table = document.getElementById(figure.dataset.table);
  if (!table || figure.clientWidth === 0) return;
  const rows = rowsOf(table);
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", describe(figure, table, rows));
  const options = OPTIONS[figure.dataset.chart];
  const height = options.height?.(rows);
  if (height && !figure.classList.contains("fill")) figure.style.height = `${height}px`; // set by script, which the page allows
  for (const [old, chart] of drawn) if (old === figure || !old.isConnected) forget(old, chart);
  const chart = echarts.init(figure, null, { renderer: "canvas" });
  drawn.set(figure, chart);
  const small = figure.clientWidth < 500;
  const option = options(rows, ink(figure), small, Number(figure.dataset.most) || Infinity);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({ animation: !still, animationDuration: 300, ...option });
  chart.on("click", ({ dataIndex, seriesIndex }) => follow(options.link(rows, dataIndex, seriesIndex)));
}

function forget(figure, chart) {
  chart.dispose();
  drawn.delete(figure);
}

function follow(link) {
  if (link) location.assign(link);
}

function describe(figure, table, rows) {
  const heading = figure.closest("section")?.querySelector("h2")?.textContent ?? "";
  const few = rows.slice(0, 12).map((row) => `${row.name} ${row.values.map((value, place) => `${row.columns[place]} ${value}`).join(" ")}`);
  return `${heading}。${few.join("；")}`;
}

// The page's own colours and letters, as they are now: light or dark, on the desk or on the big screen.
function ink(figure) {
  const style = getComputedStyle(figure);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    size: Number.parseFloat(style.fontSize), face: style.fontFamily,
    ...Object.fromEntries(["pine", "red", "amber", "ink", "soft", "line", "edge", "sheet", "stone"].map((name) => [name, token(name)])),
  };
}

let waiting;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 150);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", () => drawAll());
