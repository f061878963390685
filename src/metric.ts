/** What is measured while the server runs, free of any format: modules hand these out, the gateway prints them. */

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

export interface Metric {
  /** In the manner of Prometheus: with its unit, a counter ending in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** Asked whenever somebody wants to see them. */
export type MetricSource = () => readonly Metric[] | Promise<readonly Metric[]>;

export function counter(name: string, help: string, value: number | readonly Sample[]): Metric {
  return { name, help, type: 'counter', samples: samplesOf(value) };
}

/** What is not known has no sample. */
export function gauge(name: string, help: string, value: number | undefined | readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples: samplesOf(value) };
}

/** One sample per state, 1 for the one that holds. */
export function stateSamples(
  label: string,
  states: readonly string[],
  current: string | undefined,
): Sample[] {
  return states.map((state) => ({ labels: { [label]: state }, value: state === current ? 1 : 0 }));
}

function samplesOf(value: number | undefined | readonly Sample[]): readonly Sample[] {
  if (value === undefined) return [];
  return typeof value === 'number' ? [{ value }] : value;
}
