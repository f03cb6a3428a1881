// Draws every [data-chart] from the JSON block it names, in the theme's colours. A table always stands near.
//   { "kind": "line" | "bar", "x": [labels], "series": [{ "name", "values", "quiet"?, "low"?, "high"? }],
//     "unit": "%" | "s" | "", "target"?: number, "targetName"?: text, "horizontal"?: true, "stacked"?: true,
//     "from_zero"?: false, "max"?: number }   a line's low and high are the edges of a band; a series may name in "faint" which of its bars rest on little
//   { "kind": "heat", "x": [hours], "y": [days], "cells": [[x, y, value | null]], "unit", "min"?: number, "max"?: number }
// Shares are given from 0 to 1 with unit "%". Needs vendor/echarts.min.js as a plain script before it.
const css = (name) => {
  const probe = document.createElement("span");
  probe.className = "visually-hidden";
  document.body.append(probe);
  probe.style.color = `var(${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return rgb(colour);
};

// ECharts reads rgb() and hex only; a canvas turns any colour the browser knows into that.
function rgb(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
}

function palette() {
  return {
    text: css("--ink-2"), strong: css("--ink"), line: css("--line"), panel: css("--panel"), accent: css("--accent"),
    quiet: css("--ink-4"), good: css("--good"), series: ["--accent", "--series-2", "--series-3", "--series-4", "--series-5"].map(css),
    low: css("--heat-low"), high: css("--heat-high"),
  };
}

function written(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (unit === "%") return `${(value * 100).toFixed(value * 100 % 1 ? 1 : 0)} %`;
  if (unit === "s") {
    const whole = Math.round(value);
    return whole >= 60 ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}` : `${whole} s`;
  }
  return value.toLocaleString("en-GB", { maximumFractionDigits: 1 });
}

function frame(colours, spec) {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: colours.text },
    tooltip: {
      renderMode: "richText", trigger: spec.kind === "heat" ? "item" : "axis", backgroundColor: colours.panel,
      borderColor: colours.line, textStyle: { color: colours.strong, fontSize: 12 },
      valueFormatter: (value) => written(value, spec.unit), confine: true,
    },
    grid: { left: spec.horizontal ? 30 : 14, right: spec.target === undefined ? 26 : 52, top: (spec.series?.length ?? 0) > 1 ? 32 : 12, bottom: 8, containLabel: true },
    legend: (spec.series?.length ?? 0) > 1 ? { data: spec.series.map((one) => one.name), top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: colours.text } } : undefined,
  };
}

const categories = (colours, data, more = {}) => ({
  type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } },
  axisLabel: { color: colours.text, hideOverlap: true }, ...more,
});
// Ticks that people count in: quarters of a whole, and whole seconds, minutes or hours.
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800];
function ticks(spec) {
  if (spec.unit === "%") return { max: spec.max, interval: spec.max === 1 ? 0.25 : undefined };
  const all = spec.series.flatMap((one) => one.values);
  const most = Math.max(0, ...all);
  const step = spec.unit === "s" && spec.from_zero !== false ? SECONDS.find((one) => most <= 5 * one) : undefined;
  if (step && most) return { max: Math.ceil(most / step) * step, interval: step };
  return { max: spec.max, minInterval: all.every((value) => Number.isInteger(value ?? 0)) ? 1 : undefined };
}

const values = (colours, spec) => ({
  type: "value", scale: spec.from_zero === false, min: spec.from_zero === false ? undefined : 0, ...ticks(spec), splitNumber: 4, splitLine: { lineStyle: { color: colours.line } },
  axisLabel: { color: colours.text, hideOverlap: true, formatter: (value) => written(value, spec.unit) },
});

const bars = (one) => one.values.map((value, index) => (one.faint?.[index] ? { value, itemStyle: { opacity: 0.35 } } : value));

function series(colours, spec) {
  return spec.series.map((one, index) => ({
    name: one.name, type: spec.kind, data: bars(one), stack: spec.stacked ? "all" : undefined, smooth: false,
    showSymbol: one.values.length < 16, symbolSize: 5, connectNulls: false, barMaxWidth: 22,
    lineStyle: { width: one.quiet ? 1.5 : 2, type: one.quiet ? "dashed" : "solid" },
    itemStyle: { color: one.quiet ? colours.quiet : colours.series[index % colours.series.length], borderRadius: 2 },
    markLine: index === 0 && spec.target !== undefined ? {
      silent: true, symbol: "none", lineStyle: { color: colours.good, type: "dashed" },
      label: { formatter: spec.targetName ?? "target", color: colours.text, position: "end", distance: 4 },
      data: [spec.horizontal ? { xAxis: spec.target } : { yAxis: spec.target }],
    } : undefined,
  }));
}

// Two more lines, the lower one unseen, with the space between them filled.
function bands(colours, spec) {
  const edge = { type: "line", silent: true, symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false }, z: 1 };
  return spec.series.flatMap((one, index) => (one.low && one.high ? [
    { ...edge, name: `${one.name}, from`, stack: `band ${index}`, data: one.low },
    { ...edge, name: `${one.name}, to`, stack: `band ${index}`, data: one.high.map((high, at) => (high === null ? null : high - one.low[at])),
      areaStyle: { color: colours.series[index % colours.series.length], opacity: 0.16 } },
  ] : []));
}

function intervals(colours, spec) {
  return spec.kind === "line" ? bands(colours, spec) : spec.series.filter((one) => one.low && one.high).map((one) => ({
    type: "custom", name: `${one.name}, interval`, silent: true, tooltip: { show: false }, z: 5, encode: spec.horizontal ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    data: one.low.map((low, index) => [index, low, one.high[index]]),
    renderItem: (_, api) => {
      const at = (value) => (spec.horizontal ? api.coord([value, api.value(0)]) : api.coord([api.value(0), value]));
      const [from, to] = [at(api.value(1)), at(api.value(2))];
      return { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: colours.strong, lineWidth: 1.5 } };
    },
  }));
}

function axes(colours, spec) {
  const names = categories(colours, spec.x, spec.horizontal ? { inverse: true, axisLabel: { color: colours.text, width: window.innerWidth < 760 ? 130 : 190, overflow: "truncate" } } : {});
  return spec.horizontal ? { xAxis: values(colours, spec), yAxis: names } : { xAxis: names, yAxis: values(colours, spec) };
}

function heat(colours, spec) {
  const known = spec.cells.map((cell) => cell[2]).filter((value) => value !== null);
  const [least, most] = [spec.min ?? Math.min(...known, 0), spec.max ?? Math.max(...known, 0.0001)];
  return {
    ...frame(colours, spec),
    grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true },
    xAxis: categories(colours, spec.x), yAxis: categories(colours, spec.y, { inverse: true }),
    visualMap: {
      min: least, max: most, text: [written(most, spec.unit), written(least, spec.unit)], calculable: false, orient: "horizontal", left: "center", bottom: 0,
      itemHeight: 140, itemWidth: 10, inRange: { color: [colours.low, colours.high] }, textStyle: { color: colours.text },
    },
    series: [{
      type: "heatmap", data: spec.cells.filter((cell) => cell[2] !== null), itemStyle: { borderColor: colours.panel, borderWidth: 1, borderRadius: 2 },
      tooltip: { formatter: ({ value }) => `${spec.y[value[1]]}, ${spec.x[value[0]]}: ${written(value[2], spec.unit)}` },
    }],
  };
}

function options(spec) {
  const colours = palette();
  if (spec.kind === "heat") return heat(colours, spec);
  return { ...frame(colours, spec), ...axes(colours, spec), series: [...series(colours, spec), ...intervals(colours, spec)] };
}

function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source) return;
  const chart = window.echarts.getInstanceByDom(element) ?? window.echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(options(JSON.parse(source.textContent)), true);
}

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => window.echarts.getInstanceByDom(target)?.resize()));
const watch = () => document.querySelectorAll("[data-chart]").forEach((element) => widths.observe(element));

drawAll();
watch();
document.addEventListener("theme:change", drawAll);
document.addEventListener("htmx:after:swap", () => { drawAll(); watch(); });
