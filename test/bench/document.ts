/** `npm run bench:document -- FILE.json`: writes the tables of a run into docs/benchmarks.md, between the two marks of its bench. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from './output.ts';
import { markdownReport } from './report.ts';
import type { BenchResult } from './results.ts';
import { ROOT } from './targets.ts';

const MARKS = {
  requests: ['<!-- figures: written by npm run bench:document -->', '<!-- end of figures -->'],
  realtime: [
    '<!-- figures of realtime: written by npm run bench:document -->',
    '<!-- end of figures of realtime -->',
  ],
} as const;

const [, , source] = process.argv;
if (source === undefined) {
  say('usage: npm run bench:document -- FILE.json');
  process.exitCode = 2;
} else {
  const result = JSON.parse(await readFile(source, 'utf8')) as BenchResult;
  const page = join(ROOT, 'docs/benchmarks.md');
  const text = await readFile(page, 'utf8');
  const [begin, end] = MARKS[result.bench ?? 'requests'];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has lost its marks`);
  await writeFile(page, `${before}${begin}\n\n${markdownReport(result)}\n\n${end}${after}`);
  say(`docs/benchmarks.md: ${result.verdicts.length} bars of ${result.date}`);
}
