// The board's charts; loaded beside desk.js.
import { drawAll } from "./board-charts.js";

drawAll();
