// Draws what the tables say, in the page's own colours; without this script the tables alone are there.
(() => {
  "use strict";

  const source = document.getElementById("chart-data");
  if (!source || !window.Chart) return;
  const said = JSON.parse(source.textContent);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const colors = {
    below: "--clay",
    at_risk: "--amber",
    over: "--plum",
    on_track: "--booked",
    met: "--pine",
    exempt: "--slate",
  };
  const axis = () => ({ ticks: { color: token("--ink-2"), precision: 0 }, grid: { color: token("--line") }, beginAtZero: true });
  const common = () => ({
    animation: still ? false : { duration: 400 },
    maintainAspectRatio: false,
    plugins: { legend: { labels: { color: token("--ink") } } },
  });

  const makers = {
    share: () => ({
      type: "line",
      data: {
        labels: said.labels,
        datasets: [{ label: said.shareLabel, data: said.share, borderColor: token("--pine"), backgroundColor: token("--pine") }],
      },
      options: { ...common(), scales: { x: axis(), y: { ...axis(), max: 100 } } },
    }),
    counts: () => ({
      type: "bar",
      data: {
        labels: said.labels,
        datasets: Object.keys(said.counts).map((status) => ({
          label: said.names[status],
          data: said.counts[status],
          backgroundColor: token(colors[status]),
        })),
      },
      options: { ...common(), scales: { x: { ...axis(), stacked: true }, y: { ...axis(), stacked: true } } },
    }),
    lines: () => ({
      type: "line",
      data: {
        labels: said.labels,
        datasets: Object.entries(said.lines).map(([label, data], index) => {
          const color = token(["--pine", "--clay", "--slate", "--plum", "--amber"][index % 5]);
          return { label, data, borderColor: color, backgroundColor: color, spanGaps: true };
        }),
      },
      options: { ...common(), scales: { x: axis(), y: { ...axis(), max: 100 } } },
    }),
    kinds: () => ({
      type: "bar",
      data: {
        labels: said.labels,
        datasets: Object.entries(said.kinds).map(([label, data], index) => ({
          label,
          data,
          backgroundColor: token(["--pine", "--slate", "--plum"][index % 3]),
        })),
      },
      options: { ...common(), scales: { x: { ...axis(), stacked: true }, y: { ...axis(), stacked: true } } },
    }),
    spread: () => ({
      type: "bar",
      data: { labels: said.hours, datasets: [{ label: said.peopleLabel, data: said.people, backgroundColor: token("--pine") }] },
      options: { ...common(), scales: { x: axis(), y: axis() } },
    }),
  };

  for (const box of document.querySelectorAll("[data-chart]")) {
    box.hidden = false;
    new window.Chart(box.querySelector("canvas"), makers[box.dataset.chart]());
  }
  for (const table of document.querySelectorAll("[data-chart-table]")) table.open = false;
})();
