// Everything about conversations that a script adds to what works without one.
import "./folds.js";
import "./more.js";
import "./order.js";
import "./news.js";
import "./waiting.js";
import "./mine.js";
import "./reply.js";
import "./quote.js";
