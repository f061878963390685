/**
 * The generated types of one schema: each is declared on first use, its fields are made when somebody asks for them.
 * A catalog of 1,000 tables has 50,000 types, of which a document touches ten (docs/architecture.md, "Lazy schema").
 */
import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLID,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Additions } from '../../data/catalog/additions.ts';
import { type BuiltInType, builtInType } from '../../data/catalog/built-in-types.ts';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { ApiTable } from '../../data/catalog/model.ts';
import type { VisibleModel, WritableTable } from '../../data/catalog/visible.ts';
import type { GraphqlContext } from '../context.ts';
import { createScalar } from '../scalars.ts';

export interface TypeUse {
  readonly type: GraphQLNamedType;
  readonly list?: boolean;
  /** A list of such lists. */
  readonly nested?: boolean;
  /** An array that is written may hold nulls. What comes out says `[X!]`, as this dialect always has. */
  readonly nullableItems?: boolean;
  /** Never null (output) or required (input). Items of a list are so, save those of an array that comes out. */
  readonly nonNull?: boolean;
}

export interface OutputField extends TypeUse {
  readonly description?: string | undefined;
  readonly args?: Record<string, InputFieldDefinition>;
  /** The field's meaning: what `Selection.entries` of the parent calls. */
  readonly lower: unknown;
}

export interface InputFieldDefinition extends TypeUse {
  readonly description?: string | undefined;
  readonly lower?: unknown;
  readonly defaultValue?: unknown;
}

export interface EnumValueDefinition {
  readonly name: string;
  readonly description?: string | undefined;
}

type FieldConfig = GraphQLFieldConfig<Record<string, unknown>, GraphqlContext>;

export class Registry {
  readonly visible: VisibleModel;
  readonly limits: { readonly maxRows: number };
  readonly #hasAdditions: boolean;
  readonly #types = new Map<string, GraphQLNamedType>();
  readonly #writable: ReadonlyMap<ApiTable, WritableTable>;

  /** `additions`: what this dialect has beside Hasura's. */
  constructor(
    visible: VisibleModel,
    { maxRows, additions }: { readonly maxRows: number; readonly additions: boolean },
  ) {
    this.visible = visible;
    this.limits = { maxRows };
    this.#hasAdditions = additions;
    this.#writable = new Map(visible.writable.map((table) => [table.api, table]));
  }

  /** The types declared so far. */
  get types(): ReadonlyMap<string, GraphQLNamedType> {
    return this.#types;
  }

  writableTable(api: ApiTable): WritableTable | undefined {
    return this.#writable.get(api);
  }

  additionsOf(api: ApiTable): Additions {
    return this.#hasAdditions ? api.additions : {};
  }

  /** Rows can be asked for as nodes. */
  get hasNodes(): boolean {
    return this.#hasAdditions && this.visible.model.hasNodes;
  }

  /** A type of pg_catalog. */
  builtIn(name: BuiltInType): PgType {
    return builtInType(this.visible.model.catalog, name);
  }

  scalar(name: string): GraphQLNamedType {
    // Introspection speaks it: with another of the same name its variables would not fit.
    if (name === 'String') return GraphQLString;
    if (name === 'ID') return GraphQLID;
    return this.#once(name, () => createScalar(name));
  }

  object(
    name: string,
    description: string | undefined,
    fields: () => Record<string, OutputField>,
    interfaces: () => readonly GraphQLNamedType[] = () => [],
  ): GraphQLNamedType {
    return this.#once(
      name,
      () =>
        new GraphQLObjectType({
          name,
          description: description ?? null,
          interfaces: () => interfaces() as GraphQLInterfaceType[],
          fields: () => mapSorted(fields(), outputField),
        }),
    );
  }

  interface(name: string, description: string, fields: () => Record<string, OutputField>): GraphQLNamedType {
    return this.#once(
      name,
      () => new GraphQLInterfaceType({ name, description, fields: () => mapSorted(fields(), outputField) }),
    );
  }

  input(
    name: string,
    description: string | undefined,
    fields: () => Record<string, InputFieldDefinition>,
  ): GraphQLNamedType {
    return this.#once(
      name,
      () =>
        new GraphQLInputObjectType({
          name,
          description: description ?? null,
          fields: () => mapSorted(fields(), inputField),
        }),
    );
  }

  enum(
    name: string,
    description: string | undefined,
    values: () => readonly EnumValueDefinition[],
  ): GraphQLNamedType {
    return this.#once(
      name,
      () =>
        new GraphQLEnumType({
          name,
          description: description ?? null,
          values: Object.fromEntries(
            values().map((value) => [
              value.name,
              { value: value.name, description: value.description ?? null },
            ]),
          ),
        }),
    );
  }

  #once(name: string, declare: () => GraphQLNamedType): GraphQLNamedType {
    const known = this.#types.get(name);
    if (known) return known;
    const type = declare();
    this.#types.set(name, type);
    return type;
  }
}

export function outputField(field: OutputField): FieldConfig {
  return {
    type: wrapped(field) as GraphQLOutputType,
    description: field.description || null,
    extensions: { lower: field.lower },
    args: field.args ? mapSorted(field.args, inputField) : {},
  };
}

function inputField(field: InputFieldDefinition): GraphQLInputFieldConfig {
  return {
    type: wrapped(field) as GraphQLInputType,
    description: field.description || null,
    extensions: { lower: field.lower },
    defaultValue: field.defaultValue,
  };
}

function wrapped({
  type,
  list,
  nested,
  nonNull,
  nullableItems,
}: TypeUse): GraphQLOutputType | GraphQLInputType {
  const item = nullableItems ? type : new GraphQLNonNull(type as GraphQLOutputType);
  const single = list ? new GraphQLList(item as GraphQLOutputType) : type;
  const inner = nested ? new GraphQLList(new GraphQLNonNull(single as GraphQLInputType)) : single;
  return nonNull ? new GraphQLNonNull(inner as GraphQLOutputType) : (inner as GraphQLOutputType);
}

/** Fields in the order of their names, as clients of this dialect have always seen them. */
function mapSorted<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  const names = Object.keys(record).sort();
  return Object.fromEntries(names.map((name) => [name, change(record[name] as A)]));
}
