/** Everything that is known of one role at one version of the catalog: its schema, its documents, their plans. */
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CallerScope } from '../caller-scope.ts';
import type { Catalog } from '../data/catalog/catalog.ts';
import type { ChangesPlan } from '../data/plan/changes.ts';
import { estimateRows, estimateStreamRows } from '../data/plan/estimate.ts';
import { routinesOf, tablesOf } from '../data/plan/inspect.ts';
import { type Pin, pinOf } from '../data/plan/pin.ts';
import type { Plan, QueryPlan, StreamPlan } from '../data/plan/plan.ts';
import type { MutationPlan, WritePlan } from '../data/plan/write.ts';
import {
  type PreparedChanges,
  type PreparedMutation,
  type PreparedQuery,
  type PreparedStream,
  prepareChanges,
  prepareMutation,
  prepareQuery,
  prepareStream,
} from '../data/run.ts';
import { AppError } from '../errors.ts';
import type { RowEvent } from '../realtime/row-events/group.ts';
import { changesFormat } from './changes-format.ts';
import { MULTIPLE_FIELDS } from './directives.ts';
import { findOperation, parseDocument, type ValidDocument, validateDocument } from './document.ts';
import { type DocumentLimits, limitExceeded } from './limits.ts';
import { type Precision, RequestVariables, wordFor } from './lower/request-variables.ts';
import {
  hasTableField,
  isLowerable,
  isPlatformSubscription,
  lowerTableFields,
  type OperationContext,
} from './lower/selection.ts';
import { VariableReader } from './variables.ts';

const MAX_DOCUMENTS = 1000;
const MAX_PLANS_PER_OPERATION = 200;

/** What PostgreSQL alone answers; a mixed operation goes through graphql-js. */
type Made =
  | { readonly kind: 'query'; readonly query: PreparedQuery }
  | { readonly kind: 'mutation'; readonly mutation: PreparedMutation }
  | Subscribed
  | { readonly kind: 'mixed' };

/** What a subscription is kept up to date by: a query that is run again, a stream, or changes as they were written. */
type Subscribed =
  | {
      readonly kind: 'live';
      readonly query: PreparedQuery;
      readonly reads: Reads;
      readonly pin: Pin | undefined;
    }
  | { readonly kind: 'stream'; readonly stream: PreparedStream; readonly reads: Reads }
  | {
      readonly kind: 'changes';
      readonly changes: PreparedChanges;
      readonly format: (event: RowEvent) => string;
      readonly catalog: Catalog;
    }
  /** A field of the platform's own, which says itself what happens. */
  | { readonly kind: 'platform' };

/** What a plan says about when its answer may change. */
export interface Reads {
  /** oids of the tables and views that it names. */
  readonly tables: ReadonlySet<number>;
  /** It calls functions, and what they read is not known. */
  readonly callsRoutines: boolean;
}

export type Prepared = Made & { readonly variables: Readonly<Record<string, unknown>> };

/** A longer key holds data rather than a shape: its plan will not be asked for again. */
const MAX_KEY_LENGTH = 2000;

type BuildSchema = (additions: boolean, scope?: CallerScope) => Promise<GraphQLSchema>;

interface Description {
  /** As Hasura would describe it, without our additions. */
  readonly isPlain: boolean;
  /** Without what the scope of a key leaves out. */
  readonly scope: CallerScope | undefined;
}

/** Of one role: few keys have scopes of their own, and fewer ask. */
const MAX_DESCRIPTIONS = 10;

export class RoleSchema {
  readonly role: string;
  readonly schema: GraphQLSchema;
  readonly catalog: Catalog;
  readonly limits: DocumentLimits;
  readonly maxRows: number;
  readonly #documents = new LRUCache<string, PreparedDocument>({ max: MAX_DOCUMENTS });

  readonly #build: BuildSchema;
  readonly #described = new LRUCache<string, Promise<GraphQLSchema>>({ max: MAX_DESCRIPTIONS });

  constructor(
    { role, schema, build }: { role: string; schema: GraphQLSchema; build: BuildSchema },
    catalog: Catalog,
    limits: DocumentLimits,
    maxRows: number,
  ) {
    this.role = role;
    this.schema = schema;
    this.#build = build;
    this.catalog = catalog;
    this.limits = limits;
    this.maxRows = maxRows;
  }

  /** The schema as introspection describes it; another one than is executed is made when somebody asks for it. */
  described({ isPlain, scope }: Description): GraphQLSchema | Promise<GraphQLSchema> {
    if (!isPlain && scope === undefined) return this.schema;
    const key = `${isPlain} ${scope?.key}`;
    const described = this.#described.get(key) ?? this.#build(!isPlain, scope);
    this.#described.set(key, described);
    return described;
  }

  /** Parses and validates once per text. Throws AppError or GraphQLError where the text cannot be read at all. */
  document(text: string): PreparedDocument {
    const known = this.#documents.get(text);
    if (known) return known;
    const valid = parseDocument(text, this.limits);
    const prepared = new PreparedDocument(this, valid, validateDocument(valid, this.schema, this.limits));
    this.#documents.set(text, prepared);
    return prepared;
  }

  /** Plan → statement of this role, within its limit of rows. */
  readonly prepare = (plan: QueryPlan): PreparedQuery => {
    this.#checkRows(estimateRows(plan));
    return prepareQuery(plan, this.catalog, this.role, this.maxRows);
  };

  prepareStream(key: string, plan: StreamPlan): PreparedStream {
    this.#checkRows(estimateStreamRows(plan));
    return prepareStream(key, plan, this.catalog, this.role);
  }

  prepareWrites(plan: MutationPlan): PreparedMutation {
    return prepareMutation(plan, this.catalog, this.role, this.maxRows);
  }

  #checkRows(rows: number): void {
    if (rows > this.limits.estimatedRows)
      throw limitExceeded('estimated rows', this.limits.estimatedRows, rows);
  }
}

export class PreparedDocument {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
  readonly #owner: RoleSchema;
  readonly #valid: ValidDocument;
  readonly #operations = new Map<string | undefined, PreparedOperation>();

  constructor(owner: RoleSchema, valid: ValidDocument, errors: readonly GraphQLError[]) {
    this.#owner = owner;
    this.#valid = valid;
    this.document = valid.document;
    this.errors = errors;
  }

  /** Throws AppError where there is no such operation. */
  operation(name: string | undefined): PreparedOperation {
    const known = this.#operations.get(name);
    if (known) return known;
    const operation = findOperation(this.#valid, name);
    const prepared = new PreparedOperation(this.#owner, operation, this.#valid.fragments);
    this.#operations.set(name, prepared);
    return prepared;
  }
}

/** Tables are written in one transaction, of which the platform's own verbs are no part: half of it could fail. */
function mixedMutation(): AppError {
  return new AppError('not-supported', "a mutation cannot mix tables with the platform's own fields", {
    path: '$.selectionSet',
    hint: 'Send two documents, one after the other.',
  });
}

export class PreparedOperation {
  readonly operation: OperationDefinitionNode;
  readonly #owner: RoleSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #plans = new LRUCache<string, Made>({ max: MAX_PLANS_PER_OPERATION });
  readonly #variables: VariableReader;
  /** The least and the most that any plan of this operation needed to know of each variable. */
  readonly #least = new Map<string, Precision>();
  readonly #most = new Map<string, Precision>();

  constructor(
    owner: RoleSchema,
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {
    this.#owner = owner;
    this.operation = operation;
    this.fragments = fragments;
    this.#variables = new VariableReader(owner.schema, operation.variableDefinitions ?? []);
  }

  /** Reads the variables and finds or makes the plan. Throws AppError, or VariableErrors. */
  prepare(given: Readonly<Record<string, unknown>>): Prepared {
    const variables = this.#variables.read(given);
    const known =
      this.#plans.get(this.#key(variables, this.#least)) ?? this.#plans.get(this.#key(variables, this.#most));
    if (known) return { ...known, variables };
    const request = new RequestVariables(variables);
    const made = this.#make(request);
    const needed = request.precisions;
    for (const name of this.#variables.names) {
      const precision = needed.get(name) ?? 0;
      this.#least.set(name, Math.min(precision, this.#least.get(name) ?? 3) as Precision);
      this.#most.set(name, Math.max(precision, this.#most.get(name) ?? 0) as Precision);
    }
    const isLeast = [...needed].every(([name, precision]) => precision <= this.#least.get(name)!);
    const key = this.#key(variables, isLeast ? this.#least : this.#most);
    if (key.length <= MAX_KEY_LENGTH) this.#plans.set(key, made);
    return { ...made, variables };
  }

  #key(variables: Record<string, unknown>, precisions: ReadonlyMap<string, Precision>): string {
    let key = '';
    for (const name of this.#variables.names)
      key += `|${wordFor(variables[name], precisions.get(name) ?? 0)}`;
    return key;
  }

  #make(request: RequestVariables): Made {
    const context = { variables: request, fragments: this.fragments };
    const type = this.#owner.schema.getRootType(this.operation.operation);
    if (!type)
      throw new AppError('validation-failed', `no ${this.operation.operation}s exist`, { path: '$' });
    return this.#lower(type, context);
  }

  #lower(type: GraphQLObjectType, context: OperationContext): Made {
    const { selectionSet, operation } = this.operation;
    if (operation === 'subscription') return this.#subscribe(type, context);
    if (!isLowerable(selectionSet, type, context)) {
      if (operation === 'mutation' && hasTableField(selectionSet, type, context)) throw mixedMutation();
      return { kind: 'mixed' };
    }
    if (operation === 'query')
      return { kind: 'query', query: this.#owner.prepare(lowerTableFields(selectionSet, type, context)) };
    const plan = lowerTableFields<WritePlan>(selectionSet, type, context);
    return { kind: 'mutation', mutation: this.#owner.prepareWrites(plan) };
  }

  #subscribe(type: GraphQLObjectType, context: OperationContext): Subscribed {
    const { selectionSet, directives = [] } = this.operation;
    if (isPlatformSubscription(selectionSet, type, context)) return { kind: 'platform' };
    if (!isLowerable(selectionSet, type, context))
      throw new AppError('validation-failed', 'introspection is asked for by a query', { path: '$' });
    const plan = lowerTableFields<Plan | StreamPlan | ChangesPlan>(selectionSet, type, context);
    const mayHaveSeveral = directives.some(({ name }) => name.value === MULTIPLE_FIELDS);
    if (plan.length !== 1 && !mayHaveSeveral)
      throw new AppError('validation-failed', 'subscriptions must select one top level field', {
        path: '$',
        hint: `Several are read together where the operation says @${MULTIPLE_FIELDS}.`,
      });
    const [[key, first] = []] = plan;
    if (plan.length === 1 && key !== undefined && first?.kind === 'changes') {
      const { catalog } = this.#owner;
      return {
        kind: 'changes',
        changes: prepareChanges(first, catalog),
        format: changesFormat(key, first),
        catalog,
      };
    }
    if (plan.length === 1 && key !== undefined && first?.kind === 'stream')
      return {
        kind: 'stream',
        stream: this.#owner.prepareStream(key, first),
        reads: readsOf([[key, first]]),
      };
    if (plan.some(([, one]) => one.kind === 'stream' || one.kind === 'changes'))
      throw new AppError('validation-failed', 'a stream, or changes, is the only field of its subscription', {
        path: '$',
      });
    const query = plan as QueryPlan;
    return { kind: 'live', query: this.#owner.prepare(query), reads: readsOf(query), pin: pinOf(query) };
  }
}

function readsOf(plan: Parameters<typeof tablesOf>[0]): Reads {
  return {
    tables: new Set([...tablesOf(plan)].map(({ oid }) => oid)),
    callsRoutines: routinesOf(plan).size > 0,
  };
}
