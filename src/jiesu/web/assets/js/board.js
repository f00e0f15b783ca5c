// The board: its charts, fresh numbers, and the big screen; loaded beside desk.js.
import { drawAll } from "./board-charts.js";
import { start as live } from "./board-live.js";
import { start as screen } from "./board-screen.js";

document.addEventListener("toggle", (event) => drawAll(event.target), true); // a figure that was folded away had no size
drawAll();
screen();
live(drawAll);
