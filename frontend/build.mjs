// In: src/app.js, src/app.css and what they import (Tabler, htmx, ECharts). Out: one folder that Django serves as it is:
// minified, without source maps, each file beside its .gz and .br, so that nothing is compressed at start or on request.
// A dynamic import() becomes a chunk of its own, which a page without a chart never loads. A second folder is for paper.
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const OUT = "../src/crossfoot/web/static/dist";
const PAPER = "../src/crossfoot/render/static";
const FIRST_LOAD_LIMIT = 350 * 1024; // bytes over the wire, everything together

await rm(OUT, { recursive: true, force: true });
await build({
  entryPoints: ["src/app.js", "src/app.css"],
  outdir: OUT,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "linked", // the licences travel beside the code, not in every page load
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  logLevel: "warning",
});

// What paper needs and no page loads: the script that draws a page's chart in an engine without a page, and the letters.
await rm(PAPER, { recursive: true, force: true });
await build({
  entryPoints: ["src/paper.js"],
  outfile: `${PAPER}/chart.js`,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
});

const FONTS = "node_modules/@embedpdf/fonts-latin";
for (const name of ["NotoSans-Regular.ttf", "NotoSans-Bold.ttf"]) await copyFile(`${FONTS}/fonts/${name}`, `${PAPER}/${name}`);
await copyFile(`${FONTS}/LICENSE`, `${PAPER}/NotoSans.LICENSE.txt`);

let sent = 0;
for (const entry of await readdir(OUT, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!/\.(js|css|svg)$/.test(entry.name)) continue;
  // A manifest of static files stops at a source map that is not there.
  const text = (await readFile(path, "utf8")).replace(/\n?\/[/*]# sourceMappingURL=[^\n*]*(\*\/)?/g, "");
  const bytes = Buffer.from(text);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(path, bytes);
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`${path}.br`, brotli);
  sent += brotli.length;
  console.log(`${path.slice(OUT.length + 1)}  ${bytes.length} bytes, ${brotli.length} sent`);
}
console.log(`first load at most ${sent} bytes`);
if (sent > FIRST_LOAD_LIMIT) {
  console.error(`The front end is ${sent} bytes, the limit is ${FIRST_LOAD_LIMIT}: import less, or import it when it is needed.`);
  process.exit(1);
}
