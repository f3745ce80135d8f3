// A client's page: pictures open large.

import { wireLightbox } from "./lightbox.js";

wireLightbox(document.getElementById("timeline"));
