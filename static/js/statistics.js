// The plots of a consolidated view: drawn on canvas from the figures of the tables below them.

const COLOURS = ["#1d4f91", "#2b7a4b", "#b35c00", "#6b4a9b", "#0f7c8c", "#a33b4e", "#7a6a1f", "#4d5b6b"];
const LABEL_WIDTH = 90;
const NARROW = 600;

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

function share(data, width) {
  const [{ name, values }] = data.series;
  const isNarrow = width < NARROW;
  return {
    legend: { show: false },
    tooltip: { trigger: "item", renderMode: "richText" },
    series: [
      {
        name,
        type: "pie",
        radius: isNarrow ? "45%" : "70%",
        data: data.labels.map((label, place) => ({ name: label, value: values[place] })),
        label: { formatter: "{b} {d}%", overflow: isNarrow ? "truncate" : "none" },
        itemStyle: { borderColor: "#fff", borderWidth: 1 },
      },
    ],
  };
}

function heat(data, width) {
  const isNarrow = width < NARROW;
  const most = Math.max(...data.cells.map(([, , quantity]) => quantity), 1);
  return {
    legend: { show: false },
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      formatter: ({ value: [x, y, quantity] }) => `${data.rows[y]}，${data.labels[x]}：${quantity.toLocaleString()} 辆`,
    },
    grid: { left: 8, right: 16, top: 8, bottom: 48, containLabel: true },
    xAxis: { type: "category", data: data.labels, axisLabel: { interval: 0, rotate: isNarrow ? 90 : 45 } },
    yAxis: { type: "category", data: data.rows, axisLabel: { width: isNarrow ? 90 : 200, overflow: "truncate" } },
    visualMap: {
      min: 0,
      max: most,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: isNarrow ? 120 : 240,
      text: ["多", "少"],
      inRange: { color: ["#f2f6fb", "#1d4f91"] },
    },
    series: [{ name: "交易量（辆）", type: "heatmap", data: data.cells, label: { show: !isNarrow } }],
  };
}

const KINDS = { line, bar, share, heat };

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
