// What petitioners load.
import "./common.js";
import "./places.js";
import "./draft.js";
import "./proof.js";
