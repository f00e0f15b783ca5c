// What petitioners load.
import "./common.js";
import "./places.js";
import "./draft.js";
import "./survey.js";
import "./photos.js";
import "./proof.js";
