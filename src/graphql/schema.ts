/**
 * The schema of one role: the generated fields of its tables, and the platform's own as far as they are for it.
 * It is lazy: GraphQLSchema's constructor would visit every type, so it is given none of the generated ones.
 */
import {
  type GraphQLAbstractType,
  GraphQLBoolean,
  type GraphQLDirective,
  type GraphQLFieldConfigMap,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  specifiedScalarTypes,
} from 'graphql';
import type { VisibleModel } from '../data/catalog/visible.ts';
import { pace } from '../lib/pace.ts';
import type { GraphqlContext } from './context.ts';
import { directives } from './directives.ts';
import { changesRootFields } from './tables/changes.ts';
import { mutationRootFields } from './tables/mutation-root.ts';
import { nodeRootField } from './tables/node.ts';
import { type OutputField, outputField, Registry } from './tables/registry.ts';
import { functionRootFields, tableRootFields } from './tables/root.ts';
import { streamRootFields } from './tables/stream.ts';

type GraphQLNullableInput = Exclude<GraphQLInputType, GraphQLNonNull<never>>;

type RootFields = GraphQLFieldConfigMap<unknown, GraphqlContext>;

export interface SchemaInput {
  readonly visible: VisibleModel;
  readonly maxRows: number;
  /** With what this dialect has beside Hasura's. */
  readonly additions: boolean;
  /** The platform's own fields, where the role may use them. */
  readonly platform: GraphQLSchema;
}

/** Stands in query_root where there is nothing else. */
const NO_QUERIES = 'no_queries_available';

/** Tables whose root fields are made at a time: some 2 ms, so that requests go on while a large schema is built. */
const TABLES_PER_TURN = 20;

export async function buildSchema({
  visible,
  maxRows,
  additions,
  platform,
}: SchemaInput): Promise<GraphQLSchema> {
  const registry = new Registry(visible, { maxRows, additions });
  const generated = await generatedFields(registry);
  const fields = beside(platformFields(platform.getQueryType(), registry), generated);
  const query = new GraphQLObjectType({ name: 'query_root', fields });
  const roots = {
    query,
    mutation: mutationType(registry, platform),
    subscription: subscriptionType(registry, generated, platform),
  };
  return new LazySchema(registry, roots, platform);
}

/** Every generated field of a query as a live one, streams and changes, and the platform's own. Undefined where there is none. */
function subscriptionType(
  registry: Registry,
  generated: RootFields,
  platform: GraphQLSchema,
): GraphQLObjectType | undefined {
  const own = platformFields(platform.getSubscriptionType(), registry);
  const { [NO_QUERIES]: none, ...live } = generated;
  if (none !== undefined && Object.keys(own).length === 0) return undefined;
  return new GraphQLObjectType({
    name: 'subscription_root',
    fields: () => {
      const streams: Record<string, OutputField> = {};
      for (const table of registry.visible.tables) {
        Object.assign(streams, streamRootFields(registry, table), changesRootFields(registry, table));
      }
      const all = {
        ...live,
        ...Object.fromEntries(Object.entries(streams).map(([name, field]) => [name, outputField(field)])),
      } as RootFields;
      const names = Object.keys(all).sort();
      return beside(own, Object.fromEntries(names.map((name) => [name, all[name]!])));
    },
  });
}

/** Undefined where the role may write nothing: then there are no mutations. */
function mutationType(registry: Registry, platform: GraphQLSchema): GraphQLObjectType | undefined {
  const { writable, functions } = registry.visible;
  const own = platformFields(platform.getMutationType(), registry);
  const hasTables = writable.length > 0 || functions.some(({ api }) => api.exposedAs === 'mutation');
  if (!hasTables && Object.keys(own).length === 0) return undefined;
  return new GraphQLObjectType({
    name: 'mutation_root',
    fields: () => {
      const fields = mutationRootFields(registry);
      const names = Object.keys(fields).sort();
      const generated = Object.fromEntries(names.map((name) => [name, outputField(fields[name]!)]));
      return beside(own, generated as RootFields);
    },
  });
}

/** Where a table has the name of one of the platform's fields, which only those allow that have another, it keeps it. */
function beside(own: RootFields, generated: RootFields): RootFields {
  const rest = Object.entries(own).filter(([name]) => !Object.hasOwn(generated, name));
  return { ...generated, ...Object.fromEntries(rest) };
}

/** The platform's fields, whose arguments take the same Boolean that variables are declared with. */
function platformFields(type: GraphQLObjectType | null | undefined, registry: Registry): RootFields {
  const fields: RootFields = type?.toConfig().fields ?? {};
  const adopted = (given: GraphQLInputType): GraphQLInputType => {
    if (given === GraphQLBoolean) return registry.scalar('Boolean') as GraphQLScalarType;
    return isNonNullType(given) ? new GraphQLNonNull(adopted(given.ofType) as GraphQLNullableInput) : given;
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const args = Object.entries(field.args ?? {}).map(
        ([arg, config]) => [arg, { ...config, type: adopted(config.type) }] as const,
      );
      return [name, { ...field, args: Object.fromEntries(args) }];
    }),
  ) as RootFields;
}

interface Roots {
  readonly query: GraphQLObjectType;
  readonly mutation: GraphQLObjectType | undefined;
  readonly subscription: GraphQLObjectType | undefined;
}

class LazySchema extends GraphQLSchema {
  readonly #registry: Registry;
  readonly #roots: Roots;
  #directives: readonly GraphQLDirective[] | undefined;
  #all: Record<string, GraphQLNamedType> | undefined;

  constructor(registry: Registry, roots: Roots, platform: GraphQLSchema) {
    const platformTypes = Object.values(platform.getTypeMap()).filter(
      (type) =>
        type !== platform.getQueryType() &&
        type !== platform.getMutationType() &&
        type !== platform.getSubscriptionType() &&
        !specifiedScalarTypes.includes(type as never) &&
        !type.name.startsWith('__'),
    );
    super({ types: platformTypes, assumeValid: true });
    this.#registry = registry;
    this.#roots = roots;
  }

  override getQueryType(): GraphQLObjectType {
    return this.#roots.query;
  }

  override getDirectives(): readonly GraphQLDirective[] {
    this.#directives ??= directives(this.#registry);
    return this.#directives;
  }

  override getMutationType(): GraphQLObjectType | undefined {
    return this.#roots.mutation;
  }

  override getSubscriptionType(): GraphQLObjectType | undefined {
    return this.#roots.subscription;
  }

  override getType(name: string): GraphQLNamedType | undefined {
    // The root fields declare the types that documents name; what only stands deeper is found by visiting all.
    const { query, subscription } = this.#roots;
    query.getFields();
    if (name === query.name) return query;
    if (/_stream_cursor_|^cursor_ordering$|_change$|_change_row$|^change_operation$/.test(name))
      subscription?.getFields();
    return (
      this.#registry.types.get(name) ??
      super.getType(name) ??
      (this.#couldExist(name) ? this.getTypeMap()[name] : undefined)
    );
  }

  /** Visits every type: only introspection and printing need it. */
  override getTypeMap(): Record<string, GraphQLNamedType> {
    if (this.#all) return this.#all;
    const all: Record<string, GraphQLNamedType> = { ...super.getTypeMap() };
    const { query, mutation, subscription } = this.#roots;
    const roots = [query, mutation, subscription].filter((root) => root !== undefined);
    const generated = new Set<GraphQLNamedType>(roots);
    // A set visits what is added while it is walked.
    for (const type of generated) {
      all[type.name] = type;
      if (isObjectType(type)) for (const one of type.getInterfaces()) generated.add(one);
      if (isObjectType(type) || isInterfaceType(type))
        for (const field of Object.values(type.getFields())) {
          generated.add(getNamedType(field.type));
          for (const argument of field.args) generated.add(getNamedType(argument.type));
        }
      else if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) generated.add(getNamedType(field.type));
    }
    this.#all = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    return this.#all;
  }

  /** The only interface is of generated types, which the constructor has not seen. */
  override getImplementations(interfaceType: GraphQLInterfaceType): {
    objects: readonly GraphQLObjectType[];
    interfaces: readonly GraphQLInterfaceType[];
  } {
    const types = Object.values(this.getTypeMap());
    const objects = types.filter((type): type is GraphQLObjectType => this.isSubType(interfaceType, type));
    return { objects, interfaces: [] };
  }

  override getPossibleTypes(abstractType: GraphQLAbstractType): readonly GraphQLObjectType[] {
    return isInterfaceType(abstractType)
      ? this.getImplementations(abstractType).objects
      : super.getPossibleTypes(abstractType);
  }

  override isSubType(abstractType: GraphQLAbstractType, type: GraphQLNamedType): boolean {
    return isInterfaceType(abstractType)
      ? isObjectType(type) && type.getInterfaces().includes(abstractType)
      : super.isSubType(abstractType, type as GraphQLObjectType);
  }

  /** A misspelt name must not cost a visit of everything: generated names begin with a table's. */
  #couldExist(name: string): boolean {
    return (
      /_(fields|order_by|bool_exp|comparison_exp|columns|arguments|args|enum|cast_exp|edge|connection|group_by|keys|having)$|^[a-z0-9]+$|^PageInfo$/.test(
        name,
      ) && this.#all === undefined
    );
  }
}

async function generatedFields(registry: Registry): Promise<RootFields> {
  const { tables, functions } = registry.visible;
  const all: Record<string, OutputField> = {};
  const turn = pace(TABLES_PER_TURN);
  for (const table of tables) {
    Object.assign(all, tableRootFields(registry, table));
    await turn();
  }
  for (const one of functions)
    if (one.api.exposedAs === 'query') Object.assign(all, functionRootFields(registry, one));
  Object.assign(all, nodeRootField(registry));
  const names = Object.keys(all).sort();
  if (names.length === 0)
    return {
      [NO_QUERIES]: {
        ...outputField({
          type: registry.scalar('String'),
          nonNull: true,
          lower: () => ({ kind: 'literal', text: '' }),
          description: 'There are no queries available to the current role: it may select from no table.',
        }),
        resolve: () => '',
      },
    } as RootFields;
  return Object.fromEntries(names.map((name) => [name, outputField(all[name]!)])) as RootFields;
}
