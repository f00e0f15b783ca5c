// What petitioners load.
import "./common.js";
import { keepDraft } from "./draft.js";
import { keepPhotos } from "./photos.js";
import { findPlaces } from "./places.js";
import { prove } from "./proof.js";
import { steps } from "./steps.js";
import "./survey.js";

function begin() {
  findPlaces();
  keepDraft();
  keepPhotos();
  prove();
}

begin();
steps(begin);
