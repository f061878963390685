/** What a run leaves behind: the content of the JSON file and the source of every table. */

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** PostgreSQL's own time per request, planning included. */
  readonly statementMs: number;
  readonly rssMb: number;
  /** Every round, in the order of the run. */
  readonly rounds: readonly number[];
}

export interface WorkloadResult {
  readonly data: string;
  readonly workload: string;
  readonly meaning: string;
  readonly targets: Readonly<Record<string, Measured>>;
}

export interface Figure {
  readonly part: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** One bar and whether it was reached; `kind` says which side is good. */
export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly bar: number;
  readonly unit: string;
  readonly kind: 'at-least' | 'at-most';
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
}

export interface BenchResult {
  /** Which bench it is of; left out: requests. */
  readonly bench?: 'realtime';
  readonly date: string;
  readonly machine: Machine;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly workloads: WorkloadResult[];
  readonly figures: Figure[];
  readonly verdicts: Verdict[];
}

export const passed = ({ kind, value, bar }: Verdict): boolean =>
  kind === 'at-least' ? value >= bar : value <= bar;
