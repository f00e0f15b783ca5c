// What each chart looks like: rows of a table and the page's ink in, an ECharts option out.
const ROW = 34;

function frame(ink) {
  const words = { color: ink.ink, fontSize: ink.size, fontFamily: ink.face };
  return {
    textStyle: words,
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow", shadowStyle: { opacity: 0.15 } },
      backgroundColor: ink.sheet, borderColor: ink.edge, textStyle: words,
    },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: words, icon: "rect" },
    words,
  };
}

const grid = { left: 4, right: 64, top: 8, bottom: 8, containLabel: true };
const quiet = (ink) => ({ axisLine: { lineStyle: { color: ink.edge } }, axisTick: { show: false }, splitLine: { lineStyle: { color: ink.line } } });

// How late, one bar a step of the ladder.
export function ladder(rows, ink) {
  const { words, tooltip, textStyle } = frame(ink);
  return {
    textStyle, tooltip, grid,
    xAxis: { type: "value", show: false },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), axisLabel: words, ...quiet(ink) },
    series: [{
      name: rows[0]?.columns[0], type: "bar", barMaxWidth: ink.size * 1.4, data: rows.map((row) => row.values[0]),
      itemStyle: { color: ink.red }, label: { show: true, position: "right", ...words, fontWeight: 600 },
    }],
  };
}
ladder.height = (rows) => rows.length * ROW + 20;
ladder.link = (rows, row) => rows[row].links[0];

// What each unit has: late, due soon, and the rest.
export function units(all, ink, small, most) {
  const rows = below(all).slice(0, most);
  const { words, tooltip, textStyle, legend } = frame(ink);
  const [open, late, soon] = all[0].columns;
  const rest = rows.map(({ values: [total, overdue, near] }) => total - overdue - near);
  const bar = (name, color, data) => ({ name, type: "bar", stack: "all", barMaxWidth: ink.size * 1.4, itemStyle: { color }, data });
  return {
    textStyle, tooltip, legend, grid: { ...grid, top: ink.size * 2.8 },
    xAxis: { type: "value", minInterval: 1, axisLabel: words, ...quiet(ink) },
    yAxis: {
      type: "category", inverse: true, data: rows.map((row) => row.name), ...quiet(ink),
      axisLabel: { ...words, width: small ? 120 : Math.max(280, ink.size * 19), overflow: small ? "break" : "truncate" },
    },
    series: [
      bar(late, ink.red, rows.map((row) => row.values[1])), bar(soon, ink.amber, rows.map((row) => row.values[2])),
      bar(open, ink.edge, rest),
    ],
  };
}
// Only units that have something, those with most late tickets first.
const below = (rows) => rows.filter((row) => !row.total && row.values[0]).sort((one, two) => two.values[1] - one.values[1] || two.values[0] - one.values[0]);
units.height = (rows) => Math.max(1, below(rows).length) * ROW + 72;
units.link = (rows, row, series) => below(rows)[row].links[[1, 2, 0][series]];

// What came, what ended, and what stood open at the end of each day.
export function flow(rows, ink, small) {
  const days = [...rows].reverse();
  const { words, tooltip, textStyle, legend } = frame(ink);
  const [came, ended, open] = rows[0].columns;
  const axis = { type: "value", minInterval: 1, axisLabel: words, ...quiet(ink) };
  const bar = (name, color, place) => ({ name, type: "bar", barMaxWidth: 10, itemStyle: { color }, data: days.map((row) => row.values[place]) });
  return {
    textStyle, tooltip, legend, grid: { ...grid, right: 4, top: ink.size * 3 },
    xAxis: { type: "category", data: days.map((row) => row.name.replace(/（.*|^\w+ /, "")), axisLabel: { ...words, interval: "auto", hideOverlap: true }, ...quiet(ink), splitLine: { show: false } },
    yAxis: small ? axis : [axis, { ...axis, splitLine: { show: false } }],
    series: [
      bar(came, ink.pine, 0), bar(ended, ink.edge, 1),
      { name: open, type: "line", yAxisIndex: small ? 0 : 1, symbol: "none", lineStyle: { width: 2.5, color: ink.ink }, itemStyle: { color: ink.ink }, data: days.map((row) => row.values[2]) },
    ],
  };
}
flow.link = (rows, row, series) => [...rows].reverse()[row].links[series];
