/** What the configuration says of REST. */
export interface RestSettings {
  /** The exposed schemas; the first is the default one. */
  readonly schemas: readonly string[];
  /** Schemas that are searched, but not served. */
  readonly extraSearchPath: readonly string[];
  /** The limit of every list; undefined: none. */
  readonly maxRows: number | undefined;
  /** Whether a select may call sum, avg, count, max, min. */
  readonly aggregates: boolean;
  /** Whether `application/vnd.pgrst.plan` is answered. */
  readonly plan: boolean;
  /** How a transaction ends, and whether `Prefer: tx=` may choose the other end. */
  readonly transactionEnd: 'commit' | 'commit-allow-override' | 'rollback' | 'rollback-allow-override';
  /** Settings of the roles that requests run as: `alter role … set …`. */
  readonly byRole?: ReadonlyMap<string, readonly (readonly [name: string, value: string])[]> | undefined;
  /** `schema.function`, called before every request. */
  readonly preRequest?: string | undefined;
}
