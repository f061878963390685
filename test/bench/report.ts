/** The result as tables: for the terminal as they are, for the documentation as Markdown. */
import { fixed, table, whole } from './output.ts';
import {
  type BenchResult,
  type Figure,
  type Machine,
  type Measured,
  passed,
  type Verdict,
  type WorkloadResult,
} from './results.ts';

export type Rows = readonly (readonly string[])[];

export const WORKLOAD_HEAD = [
  'data, workload',
  'server',
  'req/s',
  'p50 ms',
  'p99 ms',
  'PostgreSQL ms',
  'RSS MB',
  'errors',
  'ours is',
];

export function workloadRows(results: readonly WorkloadResult[]): Rows {
  return results.flatMap(({ data, workload, targets }) =>
    Object.entries(targets).map(([name, measured], index) => [
      index === 0 ? `${data} ${workload}` : '',
      name,
      whole(measured.requestsPerSecond),
      fixed(measured.p50Ms, 1),
      fixed(measured.p99Ms, 1),
      fixed(measured.statementMs, 3),
      whole(measured.rssMb),
      String(measured.errors),
      ratio(targets.goforward, name === 'goforward' ? undefined : measured),
    ]),
  );
}

const ratio = (ours: Measured | undefined, theirs: Measured | undefined): string =>
  ours === undefined || theirs === undefined
    ? ''
    : `${fixed(ours.requestsPerSecond / theirs.requestsPerSecond)}×`;

export const FIGURE_HEAD = ['measurement', 'value'];
export const figureRows = (figures: readonly Figure[]): Rows =>
  figures.map(({ name, value, unit }) => [name, `${fixed(value, value < 100 ? 1 : 0)} ${unit}`]);

export const VERDICT_HEAD = ['bar', 'reached', 'asked', ''];
export const verdictRows = (verdicts: readonly Verdict[]): Rows =>
  verdicts.map((verdict) => [
    verdict.name,
    `${fixed(verdict.value)} ${verdict.unit}`.trim(),
    `${verdict.kind === 'at-least' ? '≥' : '≤'} ${verdict.bar} ${verdict.unit}`.trim(),
    passed(verdict) ? 'pass' : 'FAIL',
  ]);

export function terminalReport({ workloads, figures, verdicts }: BenchResult): string {
  const parts = [
    workloads.length > 0 ? table(WORKLOAD_HEAD, workloadRows(workloads)) : undefined,
    figures.length > 0 ? table(FIGURE_HEAD, figureRows(figures)) : undefined,
    verdicts.length > 0 ? table(VERDICT_HEAD, verdictRows(verdicts)) : undefined,
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

export function markdownReport(result: BenchResult): string {
  const { date, machine, settings, workloads, figures, verdicts } = result;
  const meanings = new Map(workloads.map(({ workload, meaning }) => [workload, meaning]));
  return [
    `Measured on ${date.slice(0, 10)} on ${describeMachine(machine)}.`,
    `Settings: ${Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}.`,
    ...(workloads.length === 0
      ? []
      : [
          '### Requests per second',
          [...meanings].map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join('\n'),
          markdownTable(WORKLOAD_HEAD, workloadRows(workloads)),
        ]),
    '### Other measurements',
    markdownTable(FIGURE_HEAD, figureRows(figures)),
    '### Bars',
    markdownTable(VERDICT_HEAD, verdictRows(verdicts)),
  ].join('\n\n');
}

const describeMachine = ({ cpu, cores, memoryGb, system, node, postgres }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node.js ${node}, ${postgres}`;

const markdownTable = (head: readonly string[], rows: Rows): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
