// The plots of a consolidated view: drawn on canvas from the figures of the tables below them.

const COLOURS = ["#1d4f91", "#2b7a4b"];
const LABEL_WIDTH = 90;

function line(data) {
  return {
    xAxis: { type: "category", data: data.labels, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1 },
    series: data.series.map(({ name, values }) => ({ name, type: "line", data: values, symbolSize: 6 })),
  };
}

function bar(data, width) {
  const rotate = data.labels.length * LABEL_WIDTH > width ? 40 : 0;
  return {
    xAxis: { type: "category", data: data.labels, axisLabel: { interval: 0, rotate } },
    yAxis: { type: "value", minInterval: 1 },
    series: data.series.map(({ name, values }) => ({ name, type: "bar", data: values, barMaxWidth: 36 })),
  };
}

const KINDS = { line, bar };

function draw(element, data) {
  element.hidden = false;
  const chart = globalThis.echarts.init(element, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    color: COLOURS,
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    ...KINDS[element.dataset.chartKind](data, element.clientWidth),
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}

const figures = JSON.parse(document.getElementById("chart-data").textContent);
for (const element of document.querySelectorAll("[data-chart]")) {
  const data = figures[element.dataset.chart];
  if (data.labels.length) draw(element, data);
}
