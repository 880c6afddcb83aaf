// Draws an option made by render/chart.py as an SVG for paper, in the JavaScript engine of the PDF's maker: no page, no
// canvas, no Intl. Ink is black; series differ by pattern as well as by colour, so that a fax tells them apart.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, AriaComponent, GridComponent, LegendComponent, SVGRenderer]);

// Nothing here waits: a chart that is drawn once, without animation, asks for later and needs none of it.
globalThis.setTimeout ??= () => 0;
globalThis.clearTimeout ??= () => {};

const INK = "#000000";
const LINE = "#999999";
const SIZE = 11;
const LEGEND_ROW = 20;
const NAME_WIDTH = 200;

const figure = (value) => {
  const [whole, rest] = String(value).replace("-", "\u2212").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return rest ? `${grouped}.${rest}` : grouped;
};

// Chinese letters are as wide as they are high, others about half of it.
const widthOf = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 1 : 0.58), 0) * SIZE;

const legendRows = (series, width) => {
  let rows = 1;
  let used = 0;
  for (const { name } of series) {
    const wide = 48 + widthOf(name);
    if (used && used + wide > width) {
      rows += 1;
      used = 0;
    }
    used += wide;
  }
  return rows;
};

const axis = (given, font) => ({
  ...given,
  axisLabel: { color: INK, fontSize: SIZE, fontFamily: font, ...(given.type === "value" ? { formatter: figure } : { hideOverlap: true }) },
  axisLine: { show: true, lineStyle: { color: INK } },
  axisTick: { show: false },
  splitLine: { show: given.type === "value", lineStyle: { color: LINE, width: 0.5 } },
});

// Global: the engine calls it by name with JSON and gets the text of the SVG.
globalThis.drawOnPaper = (text, width, font) => {
  const option = JSON.parse(text);
  const isLying = option.yAxis.type === "category";
  const many = option.legend?.show;
  const rows = many ? legendRows(option.series, width) : 0;
  const height = isLying ? 40 + 24 * option.yAxis.data.length : 190 + LEGEND_ROW * rows;
  const themed = {
    ...option,
    title: undefined,
    tooltip: undefined,
    aria: { enabled: true, decal: { show: Boolean(many) } },
    textStyle: { fontFamily: font, color: INK, fontSize: SIZE },
    xAxis: axis(option.xAxis, font),
    yAxis: axis(option.yAxis, font),
    ...(many && {
      legend: { ...option.legend, type: "plain", itemGap: 12, textStyle: { color: INK, fontSize: SIZE, fontFamily: font } },
      grid: { ...option.grid, bottom: LEGEND_ROW * rows + 10 },
    }),
  };
  if (isLying) Object.assign(themed.yAxis.axisLabel, { width: NAME_WIDTH, overflow: "truncate" });
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(themed);
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  return svg;
};
