// What the desk loads.
import "./common.js";
import { findPlaces } from "./places.js";
import { keepDraft } from "./draft.js";
import "./queue.js";
import "./countdown.js";
import "./bulk.js";
import "./keys.js";
import "./palette.js";
import "./counter.js";
import "./narrow.js";
import "./ticket.js";
import { start } from "./stream.js";

findPlaces();
keepDraft();
start();
