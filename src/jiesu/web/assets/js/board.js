// The board: its charts, fresh numbers, and the big screen; loaded beside desk.js.
import { drawAll } from "./board-charts.js";
import { start as live } from "./board-live.js";
import { start as screen } from "./board-screen.js";

for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", () => drawAll(details));
drawAll();
screen();
live(drawAll);
