// Draws an option made by render/chart.py. It adds only what the server cannot know: colours of the page, width, locale.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map();

// On an axis alone a figure may be short; the table has every digit.
const format = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const short = (value) => format.format(value).replace("-", "\u2212");
const exact = (value) => {
  const [whole, rest] = String(value).replace("-", "\u2212").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return rest ? `${grouped}.${rest}` : grouped;
};

const themed = (box, option) => {
  const style = getComputedStyle(box);
  const [ink, quiet, line, paper] = ["--ink", "--quiet", "--line", "--paper"].map((name) => style.getPropertyValue(name).trim());
  const axis = (given) => ({
    ...given,
    axisLabel: { color: quiet, ...(given.type === "value" ? { formatter: short } : { hideOverlap: true }) },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    splitLine: { show: given.type === "value", lineStyle: { color: line } },
  });
  const category = option.yAxis.type === "category" ? "yAxis" : "xAxis";
  const narrow = box.clientWidth < 480;
  const themedOption = {
    ...option,
    title: undefined,
    textStyle: { fontFamily: style.fontFamily, color: ink },
    tooltip: {
      ...option.tooltip,
      backgroundColor: paper,
      borderColor: line,
      textStyle: { color: ink, fontSize: 13 },
      valueFormatter: exact,
    },
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
    ...(option.legend && { legend: { ...option.legend, type: "plain", textStyle: { color: ink }, itemGap: 12 } }),
    ...(option.legend?.show && { grid: { ...option.grid, bottom: LEGEND_ROW * legendRows(box, option) + 12 } }),
  };
  if (category === "yAxis") {
    const label = { color: ink, width: narrow ? 110 : 260, overflow: "truncate" };
    themedOption.yAxis.axisLabel = { ...themedOption.yAxis.axisLabel, ...label };
  }
  return themedOption;
};

// Every name of a legend is in sight: nothing to page through, nothing that paper would lose.
const LEGEND_ROW = 24;
const pen = document.createElement("canvas").getContext("2d");
const legendRows = (box, option) => {
  pen.font = `12px ${getComputedStyle(box).fontFamily}`;
  let rows = 1;
  let used = 0;
  for (const { name } of option.series) {
    const width = 44 + pen.measureText(name).width;
    if (used && used + width > box.clientWidth - 16) {
      rows += 1;
      used = 0;
    }
    used += width;
  }
  return rows;
};

const heightOf = (box, option) => {
  if (option.yAxis.type === "category") return 56 + 30 * option.yAxis.data.length;
  return 250 + (option.legend?.show ? LEGEND_ROW * legendRows(box, option) : 30);
};

export const draw = (box, option) => {
  box.style.height = `${heightOf(box, option)}px`;
  const chart = init(box, null, { renderer: "svg" });
  chart.setOption(themed(box, option));
  drawn.set(chart, [box, option]);
};

const everyChart = (act) => {
  drawn.forEach(([box, option], chart) => {
    if (box.isConnected) act(chart, box, option);
    else {
      chart.dispose();
      drawn.delete(chart);
    }
  });
};

dark.addEventListener("change", () => everyChart((chart, box, option) => chart.setOption(themed(box, option))));
window.addEventListener("resize", () => everyChart((chart) => chart.resize()));
window.addEventListener("beforeprint", () => everyChart((chart) => chart.resize()));
