// What the desk loads.
import "./common.js";
import "./places.js";
import "./draft.js";
import "./ticket.js";
import { start } from "./stream.js";

start();
