/** What a key may do of what its role may: which verbs on which tables, and which functions. */

export const SCOPE_VERBS = ['select', 'insert', 'update', 'delete'] as const;
export type ScopeVerb = (typeof SCOPE_VERBS)[number];

/** `schema.name`, or `schema.*`. The schema ends at the first dot. */
export interface ScopeEntry {
  readonly tables?: readonly string[] | undefined;
  /** On those tables. */
  readonly verbs?: readonly ScopeVerb[] | undefined;
  readonly functions?: readonly string[] | undefined;
}

/** One thing that a statement does by its own words. What triggers, views, cascades and bodies of functions do further is theirs. */
export interface Touch {
  readonly verb: ScopeVerb | 'execute';
  readonly schema: string;
  readonly name: string;
}

export const SCOPE_NAME = /^[^.]+\../s;

export class CallerScope {
  /** The same for equal scopes. */
  readonly key: string;
  readonly #allowed: ReadonlySet<string>;

  constructor(entries: readonly ScopeEntry[]) {
    this.#allowed = new Set(
      entries.flatMap(({ tables = [], verbs = [], functions = [] }) => [
        ...tables.flatMap((name) => verbs.map((verb) => `${verb} ${name}`)),
        ...functions.map((name) => `execute ${name}`),
      ]),
    );
    this.key = JSON.stringify([...this.#allowed].sort());
  }

  allows({ verb, schema, name }: Touch): boolean {
    // A schema with a dot in its name would be read as another one: nothing allows it.
    if (schema.includes('.')) return false;
    return this.#allowed.has(`${verb} ${schema}.${name}`) || this.#allowed.has(`${verb} ${schema}.*`);
  }
}
