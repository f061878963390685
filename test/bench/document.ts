/** `npm run bench:document -- FILE.json`: writes the tables of a run into docs/benchmarks.md, between its two marks. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from './output.ts';
import { markdownReport } from './report.ts';
import type { BenchResult } from './results.ts';
import { ROOT } from './targets.ts';

const BEGIN = '<!-- figures: written by npm run bench:document -->';
const END = '<!-- end of figures -->';

const [, , source] = process.argv;
if (source === undefined) {
  say('usage: npm run bench:document -- FILE.json');
  process.exitCode = 2;
} else {
  const result = JSON.parse(await readFile(source, 'utf8')) as BenchResult;
  const page = join(ROOT, 'docs/benchmarks.md');
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has lost its marks`);
  await writeFile(page, `${before}${BEGIN}\n\n${markdownReport(result)}\n\n${END}${after}`);
  say(`docs/benchmarks.md: ${result.workloads.length} workloads of ${result.date}`);
}
