// The ticket page: what is being written is kept, who else is there is shown, templates and files are put in.
import "./drafts.js";
import "./policies.js";
import "./presence.js";
import "./replies.js";
import "./uploads.js";

// The bar on a telephone leads to the steps; beside them it would only say the same twice.
const steps = document.getElementById("steps"), bar = document.querySelector(".step-bar");
if (steps && bar && "IntersectionObserver" in window) {
  new IntersectionObserver((seen) => (bar.hidden = seen[0].isIntersecting)).observe(steps);
}
