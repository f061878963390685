/** A read as far as it can be prepared: everything but the values that its filters compare with. */
import type { Touch } from '../caller-scope.ts';
import type { Catalog } from '../data/catalog/catalog.ts';
import type { Value } from '../data/plan/expression.ts';
import type { Listing } from '../data/plan/listing.ts';
import { touchesOfListing } from '../data/plan/touches.ts';
import { type Statement, statementName } from '../data/sql/compile.ts';
import {
  compileEstimate,
  compileFacts,
  compileListing,
  compileRows,
  csvHeading,
} from '../data/sql/listing.ts';
import type { Exchange } from '../exchange.ts';
import { isTagAsked } from './conditional.ts';
import { warningOf } from './deprecation.ts';
import type { RestContext } from './handler.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { handlersOf } from './media-handlers.ts';
import { chooseRepresentation, type Representation } from './media-type.ts';
import { explained } from './plan-output.ts';
import type { Preferences } from './preferences.ts';
import { topRange } from './range.ts';
import type { ReadFacts } from './read-reply.ts';
import type { SlottedPair } from './read-shape.ts';
import { readRequest } from './request.ts';
import { RESPONSE_SETTINGS } from './response-settings.ts';
import type { Framing } from './rows.ts';
import { findTable } from './tables.ts';
import { transactionEnd } from './transaction.ts';

export interface PreparedStatement {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly Value[];
}

export interface PreparedRead {
  readonly statements: readonly PreparedStatement[];
  /** The same row by row, where there may be very many. */
  readonly rows: { readonly statements: readonly PreparedStatement[]; readonly framing: Framing } | undefined;
  readonly facts: ReadFacts;
  readonly touches: readonly Touch[];
  readonly end: 'commit' | 'rollback';
}

/** What is asked for, in PostgreSQL's words. */
export interface PlannedRead {
  readonly listing: Listing;
  readonly facts: ReadFacts;
  readonly end: PreparedRead['end'];
}

/** Throws RestError for all that can be refused without asking PostgreSQL. */
export function planRead(
  { catalog, settings }: Pick<RestContext, 'catalog' | 'settings'>,
  exchange: Pick<Exchange, 'method' | 'headers' | 'url'>,
  name: string,
  pairs: readonly SlottedPair[],
): PlannedRead {
  const { query, preferences, profile, schema } = readRequest({ settings }, exchange, { args: false }, pairs);
  const range = topRange(exchange.method, exchange.headers.range, query.ranges);
  const table = findTable(catalog, schema, name);
  const tree = resolveTree(catalog, { table, origin: table, schema }, query, {
    aggregates: settings.aggregates,
    ownFilters: true,
    range,
  });
  const representation = chooseRepresentation(exchange.headers.accept, {
    plan: settings.plan,
    geoJson: catalog.hasGeoJson,
    made: handlersOf(catalog, table, query),
  });
  const isHead = exchange.method === 'HEAD';
  const scope = { catalog, searched: [schema, ...settings.extraSearchPath] };
  const read = lowerTree(scope, tree, {
    relationsAsJson: representation.format === 'csv',
    maxRows: settings.maxRows,
  });
  return {
    listing: {
      read,
      format: isHead ? 'none' : representation.format,
      stripNulls: representation.stripNulls,
      handler: representation.handler,
      versioned: isTagAsked(exchange, preferences),
      count: countOf(preferences, settings.maxRows),
    },
    facts: {
      request: { preferences, profile, schema },
      representation,
      range,
      name,
      isHead,
      maxRows: settings.maxRows,
      warning: warningOf(tree),
    },
    end: transactionEnd(settings, preferences),
  };
}

export function prepareRead(
  context: Pick<RestContext, 'catalog' | 'settings'>,
  exchange: Pick<Exchange, 'method' | 'headers' | 'url' | 'caller'>,
  name: string,
  pairs: readonly SlottedPair[],
): PreparedRead {
  const { listing, facts, end } = planRead(context, exchange, name, pairs);
  const { catalog } = context;
  const { representation, request } = facts;
  const { count } = request.preferences;
  const named = namerOf(exchange.caller.role);
  const { plan } = representation;
  const answer = compileListing(listing, RESPONSE_SETTINGS, catalog);
  const estimates =
    count === 'planned' || count === 'estimated' ? [named(compileEstimate(listing, catalog))] : [];
  return {
    statements: [named(plan ? { ...answer, text: explained(answer.text, plan) } : answer), ...estimates],
    rows: mayBeHuge(listing, representation) ? rowsOf(listing, estimates, catalog, named) : undefined,
    facts,
    touches: touchesOfListing(listing),
    end,
  };
}

type Namer = (statement: Statement) => PreparedStatement;

function namerOf(role: string): Namer {
  return ({ text, parameters }) => ({ text, parameters, name: statementName(text, role) });
}

/** Beyond so many rows an answer is not put together in PostgreSQL's memory. */
const MAX_ROWS_AS_ONE = 20_000;

function mayBeHuge({ read, format, versioned }: Listing, { plan }: Representation): boolean {
  if (versioned) return false;
  const isMany = read.limit === undefined || read.limit > MAX_ROWS_AS_ONE;
  return isMany && plan === undefined && (format === 'array' || format === 'csv');
}

function rowsOf(
  listing: Listing,
  estimates: readonly PreparedStatement[],
  catalog: Catalog,
  named: Namer,
): PreparedRead['rows'] {
  const { statement, keys } = compileRows(listing, catalog);
  const facts = named(compileFacts(listing, RESPONSE_SETTINGS, catalog));
  return {
    statements: [facts, ...estimates, named(statement)],
    framing:
      listing.format === 'csv'
        ? { before: `${csvHeading(keys)}\n`, between: '\n', after: '', empty: '\n' }
        : { before: '[', between: ', \n ', after: ']', empty: '[]' },
  };
}

function countOf({ count }: Preferences, maxRows: number | undefined): Listing['count'] {
  if (count === 'exact') return { atMost: undefined };
  return count === 'estimated' ? { atMost: maxRows === undefined ? undefined : maxRows + 1 } : undefined;
}
