// What the desk loads.
import "./common.js";
import "./places.js";
import "./draft.js";
import "./queue.js";
import "./countdown.js";
import "./bulk.js";
import "./keys.js";
import "./palette.js";
import "./ticket.js";
import { start } from "./stream.js";

start();
