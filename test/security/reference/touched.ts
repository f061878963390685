/** What a question touches: tables and views with the columns it reads anywhere (shown, compared, sorted, counted), and functions. */
import type {
  AggregateModel,
  ArgsModel,
  FieldModel,
  OrderModel,
  RootModel,
  WhereModel,
} from './query-model.ts';
import type { RelationModel, RelationshipModel, SchemaModel } from './schema-model.ts';
import { relationOf } from './schema-model.ts';

export class Touched {
  readonly columns = new Map<RelationModel, Set<string>>();
  /** Signatures. */
  readonly routines = new Set<string>();
  readonly #schema: SchemaModel;

  constructor(schema: SchemaModel, roots: readonly RootModel[]) {
    this.#schema = schema;
    for (const root of roots) this.#root(root);
  }

  #root(root: RootModel): void {
    const { relation, finder } = root.source;
    if (finder) this.routines.add(`public.${relation.finder}(int)`);
    this.#touch(relation, ...(root.kind === 'by key' ? Object.keys(root.key) : []));
    if (root.kind !== 'by key') this.#args(relation, root.args);
    if (root.kind === 'aggregate') this.#aggregate(relation, root.aggregate);
    else this.#fields(relation, root.fields);
  }

  #touch(relation: RelationModel, ...names: readonly string[]): void {
    const columns = this.columns.get(relation) ?? new Set<string>();
    for (const name of names) columns.add(name);
    this.columns.set(relation, columns);
  }

  #computed(relation: RelationModel, name: string): void {
    this.routines.add(`public.${name}(public.${relation.name})`);
    this.#touch(relation, ...relation.columns.map((column) => column.name));
  }

  #related(relation: RelationModel, { target, pairs }: RelationshipModel): RelationModel {
    const other = relationOf(this.#schema, target);
    this.#touch(relation, ...pairs.map(([ours]) => ours));
    this.#touch(other, ...pairs.map(([, theirs]) => theirs));
    return other;
  }

  #fields(relation: RelationModel, fields: readonly FieldModel[]): void {
    for (const field of fields) {
      if (field.kind === 'column') this.#touch(relation, field.column.name);
      else if (field.kind === 'computed') this.#computed(relation, field.name);
      else if (field.kind !== 'typename') {
        const target = this.#related(relation, field.relationship);
        if (field.kind !== 'object') this.#args(target, field.args);
        if (field.kind === 'aggregate') this.#aggregate(target, field.aggregate);
        else this.#fields(target, field.fields);
      }
    }
  }

  #aggregate(relation: RelationModel, { countOf, numbers, nodes }: AggregateModel): void {
    const columns = [...(countOf ? [countOf.column] : []), ...numbers.map((one) => one.column)];
    this.#touch(relation, ...columns.map((column) => column.name));
    if (nodes) this.#fields(relation, nodes);
  }

  #args(relation: RelationModel, { where, order, distinct }: ArgsModel): void {
    this.#touch(relation, ...distinct.map((column) => column.name));
    for (const one of order) this.#order(relation, one);
    if (where) this.#where(relation, where);
  }

  #order(relation: RelationModel, { via, by }: OrderModel): void {
    const owner = via.reduce((from, relationship) => this.#related(from, relationship), relation);
    if (by.kind === 'column') this.#touch(owner, by.column.name);
    else {
      const target = this.#related(owner, by.relationship);
      if (by.kind === 'maximum') this.#touch(target, by.column.name);
    }
  }

  #where(relation: RelationModel, where: WhereModel): void {
    switch (where.kind) {
      case 'and':
      case 'or':
        for (const one of where.all) this.#where(relation, one);
        break;
      case 'not':
        this.#where(relation, where.where);
        break;
      case 'compare':
      case 'null':
        this.#touch(relation, where.column.name);
        break;
      case 'computed':
        this.#computed(relation, where.name);
        break;
      case 'exists':
        this.#where(this.#related(relation, where.relationship), where.where);
        break;
      case 'count': {
        const target = this.#related(relation, where.relationship);
        if (where.distinct) this.#touch(target, where.distinct.name);
        if (where.filter) this.#where(target, where.filter);
        break;
      }
      case 'every':
        this.#touch(this.#related(relation, where.relationship), where.column.name);
        break;
    }
  }
}
