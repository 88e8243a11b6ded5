// The page was asked for on paper.
window.addEventListener("load", () => window.print());
