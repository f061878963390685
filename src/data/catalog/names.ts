/** Which names are taken in the generated schema, and what was left out for the lack of one. */

const GRAPHQL_NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

/** Names that the schema has whatever the tables are. */
const RESERVED_TYPES = [
  'query_root', 'mutation_root', 'subscription_root', 'order_by', 'cursor_ordering',
  'Int', 'Float', 'String', 'Boolean', 'ID', 'Query', 'Mutation', 'Subscription',
]; // biome-ignore format: a list

/** Scalars of PostgreSQL that a table of the same name would clash with. */
const RESERVED_SCALARS = new Set(
  `smallint bigint float8 numeric money bpchar uuid date timestamp timestamptz time timetz interval bytea inet cidr macaddr
   xml json jsonb point citext ltree lquery ltxtquery name oid`.split(/\s+/),
);

const AGGREGATES = 'avg max min stddev stddev_pop stddev_samp sum var_pop var_samp variance'.split(' ');
const AGGREGATE_CONDITIONS =
  'count bool_and bool_or avg max min sum stddev_samp var_samp corr corr_arguments covar_samp covar_samp_arguments'.split(
    ' ',
  );

const TYPE_SUFFIXES = [
  '', '_bool_exp', '_order_by', '_select_column', '_aggregate', '_aggregate_fields', '_aggregate_order_by',
  '_aggregate_bool_exp', '_enum', '_insert_input', '_obj_rel_insert_input', '_arr_rel_insert_input', '_on_conflict',
  '_constraint', '_update_column', '_mutation_response', '_pk_columns_input', '_updates', '_set_input', '_inc_input',
  '_append_input', '_prepend_input', '_delete_key_input', '_delete_elem_input', '_delete_at_path_input',
  ...AGGREGATES.flatMap((name) => [`_${name}_fields`, `_${name}_order_by`]),
  ...AGGREGATE_CONDITIONS.map((name) => `_aggregate_bool_exp_${name}`),
]; // biome-ignore format: a list

/** Every scalar has such types, whichever scalars there are. */
const TYPE_OF_A_SCALAR = /_(comparison|cast)_exp$/;

/** The type names of a table that could clash with another table's. */
export function tableTypeNames(name: string): string[] {
  return TYPE_SUFFIXES.map((suffix) => name + suffix);
}

export interface ReservedNames {
  readonly types: readonly string[];
  readonly rootFields: readonly string[];
}

export class Names {
  readonly #types = new Set(RESERVED_TYPES);
  readonly #rootFields = new Set<string>();
  readonly #mutationFields = new Set<string>();
  readonly #warnings: string[] = [];

  /** `reserved`: names that others have put into the schema already. */
  constructor(reserved: ReservedNames = { types: [], rootFields: [] }) {
    for (const name of reserved.types) this.#types.add(name);
    for (const name of reserved.rootFields) this.#rootFields.add(name);
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  warn(warning: string): void {
    this.#warnings.push(warning);
  }

  /** Whether it can be a GraphQL name; warns if not. */
  check(name: string, what: string): boolean {
    if (GRAPHQL_NAME.test(name) && !name.startsWith('__')) return true;
    this.warn(`${what} is left out: ${JSON.stringify(name)} is no GraphQL name`);
    return false;
  }

  /** All type names but those of scalars: a scalar that is called like one of these needs another name. */
  get types(): ReadonlySet<string> {
    return this.#types;
  }

  claimTypes(names: readonly string[], what: string): boolean {
    const ofScalar = names.find((name) => RESERVED_SCALARS.has(name) || TYPE_OF_A_SCALAR.test(name));
    return this.#claim(this.#types, names, what, ofScalar);
  }

  claimMutationFields(names: readonly string[], what: string): boolean {
    return this.#claim(this.#mutationFields, names, what);
  }

  claimRootFields(names: readonly string[], what: string): boolean {
    return this.#claim(this.#rootFields, names, what);
  }

  #claim(taken: Set<string>, names: readonly string[], what: string, reserved?: string): boolean {
    const clash = reserved ?? names.find((name) => taken.has(name));
    if (clash !== undefined) {
      this.warn(`${what} is left out: the name ${clash} is taken`);
      return false;
    }
    for (const name of names) taken.add(name);
    return true;
  }
}
