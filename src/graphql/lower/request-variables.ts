/** The variables of one request, and how much of each the plan depends on. */

/** From the least to the most: whether it is there · the columns of its rows · its form, scalars left out · its value. */
export type Precision = 0 | 1 | 2 | 3;

export class RequestVariables {
  readonly values: Readonly<Record<string, unknown>>;
  readonly #precisions = new Map<string, Precision>();

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  /** What the plan that was made of these variables holds for. */
  get precisions(): ReadonlyMap<string, Precision> {
    return this.#precisions;
  }

  /** The value itself: the plan will hold for it alone. */
  read({ name, path = [] }: { name: string; path?: readonly (string | number)[] }): unknown {
    this.#need(name, 3);
    let value = this.values[name];
    for (const step of path) value = (value as Record<string | number, unknown>)[step];
    return value;
  }

  /** A value of which only the form counts: which keys, how many items, what is null. */
  shape(name: string): unknown {
    this.#need(name, 2);
    return this.values[name];
  }

  /** The names that all rows of a list have; undefined where they differ or the value is no such list. */
  columns(name: string): readonly string[] | undefined {
    const columns = columnsOf(this.values[name]);
    if (columns) this.#need(name, 1);
    return columns;
  }

  #need(name: string, precision: Precision): void {
    if (precision > (this.#precisions.get(name) ?? 0)) this.#precisions.set(name, precision);
  }
}

/** A word for the value as far as the precision goes: equal words, equal plans. */
export function wordFor(value: unknown, precision: Precision): string {
  if (value === undefined) return '-';
  if (value === null) return '0';
  if (precision === 0) return '+';
  if (precision === 1) {
    const columns = columnsOf(value);
    return columns ? `#${JSON.stringify(columns)}` : `~${formOf(value)}`;
  }
  return precision === 2 ? `~${formOf(value)}` : `=${JSON.stringify(value)}`;
}

/** Keys, numbers of items and nulls. A list of scalars is bound as a whole, so its length does not count. */
function formOf(value: unknown): string {
  if (value === null || value === undefined) return '0';
  if (typeof value !== 'object') return 'v';
  if (Array.isArray(value)) {
    const isScalars = value.length > 0 && value.every((one) => typeof one !== 'object');
    return isScalars ? 'v' : `[${value.map(formOf).join(',')}]`;
  }
  return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${formOf(one)}`)}}`;
}

function columnsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const names = isObject(value[0]) ? Object.keys(value[0]) : [];
  if (names.length === 0) return undefined;
  for (const row of value) {
    if (!isObject(row)) return undefined;
    const own = Object.keys(row);
    if (own.length !== names.length) return undefined;
    // Mostly in the same order: then nothing is looked up.
    for (let index = 0; index < own.length; index++)
      if (own[index] !== names[index] && !Object.hasOwn(row, names[index]!)) return undefined;
  }
  return names.sort();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
