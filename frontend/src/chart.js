// Draws an option made by render/chart.py. It adds only what the server cannot know: colours of the page, width, locale.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map();

// On an axis alone a figure may be short; the table has every digit.
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
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
    axisLabel: { color: quiet, ...(given.type === "value" ? { formatter: (value) => short.format(value) } : { hideOverlap: true }) },
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
    ...(option.legend && { legend: { ...option.legend, textStyle: { color: ink }, pageTextStyle: { color: quiet }, pageIconColor: quiet } }),
  };
  if (category === "yAxis") {
    const label = { color: ink, width: narrow ? 110 : 260, overflow: "truncate" };
    themedOption.yAxis.axisLabel = { ...themedOption.yAxis.axisLabel, ...label };
  }
  return themedOption;
};

const heightOf = (option) => (option.yAxis.type === "category" ? 56 + 30 * option.yAxis.data.length : 280);

export const draw = (box, option) => {
  box.style.height = `${heightOf(option)}px`;
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
