// What the desk loads.
import "./common.js";
import "./places.js";
import "./draft.js";
import "./counter.js";
import "./ticket.js";
