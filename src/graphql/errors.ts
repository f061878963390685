/** Errors as GraphQL shows them: message, and in `extensions` the stable code, the path into the request, and hints. */
import { type ASTNode, type DocumentNode, GraphQLError, Kind } from 'graphql';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';

/** The form a client sees. Anything but an AppError or an error of graphql-js about the document is masked and observed. */
export function toGraphqlError(error: unknown, requestId: string, observe: Observe): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (original instanceof GraphQLError) return original;
  const known =
    original instanceof AppError
      ? original
      : new AppError('internal-error', 'an unexpected error occurred', { cause: original });
  if (known.code === 'internal-error')
    observe({ type: 'unexpected-error', requestId, error: known.cause ?? known, where: 'graphql' });
  const { code, path, hint, details, extensions } = known;
  return new GraphQLError(known.message, {
    extensions: {
      path: path ?? '$',
      code,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      ...extensions,
      ...(code === 'internal-error' ? { requestId } : {}),
      ...transport(known),
    },
  });
}

/**
 * What the HTTP answer says beside the body. `spec`: the status is for application/graphql-response+json, where a refused
 * document is a 400; in plain JSON it counts as delivered.
 */
function transport({ code, status, extensions }: AppError): { http?: object } {
  if (extensions.retryAfter !== undefined)
    return { http: { headers: { 'retry-after': String(extensions.retryAfter) } } };
  if (code === 'database-unavailable') return { http: { status, headers: { 'retry-after': '1' } } };
  if (code === 'scope-denied') return { http: { status } };
  if (status === 405) return { http: { status, headers: { allow: 'POST' } } };
  return REFUSALS.has(code) ? { http: { spec: true, status: 400 } } : {};
}

/** Codes of requests that were refused before anything was executed. */
const REFUSALS = new Set([
  'validation-failed',
  'parse-failed',
  'limit-exceeded',
  'not-supported',
  'invalid-request',
]);

/** Adds code and path to what graphql-js says of a document; without suggestions it names nothing that was not asked. */
export function documentError(
  error: GraphQLError,
  document: DocumentNode | undefined,
  suggestions: boolean,
): GraphQLError {
  const node = error.nodes?.[0];
  const path = document && node ? requestPath(document, node) : '$.query';
  const own = error.originalError instanceof GraphQLError ? error.originalError.extensions : {};
  return new GraphQLError(
    suggestions ? error.message : error.message.replace(/\s*Did you mean [\s\S]*$/, ''),
    {
      ...(error.source ? { source: error.source } : {}),
      ...(error.positions ? { positions: error.positions } : {}),
      ...(error.nodes ? { nodes: error.nodes } : {}),
      extensions: {
        path,
        code: 'validation-failed',
        http: { spec: true, status: 400 },
        ...own,
        ...error.extensions,
      },
    },
  );
}

/** A variable that does not fit its declaration: the path leads to the value in the request, where there is one. */
export function variableError(error: GraphQLError): GraphQLError {
  const shown = documentError(error, undefined, false);
  const [, name, place] = INVALID_VALUE.exec(error.message) ?? [];
  const path = name === undefined ? '$' : `$.variables.${place ?? name}`;
  return new GraphQLError(shown.message, {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    extensions: { ...shown.extensions, path },
  });
}

/** As graphql-js words it; what it found comes before the place, and may hold anything. */
const INVALID_VALUE = /^Variable "\$(\w+)" got invalid value (?:[\s\S]* at "([^"]*)";)?/;

/** JSONPath of a node in the request: `$.selectionSet.author.args.where.id`. Field names, not aliases. */
function requestPath(document: DocumentNode, wanted: ASTNode): string {
  const search = (node: ASTNode, path: string): string | undefined => {
    if (node === wanted) return path;
    for (const [child, childPath] of children(node, path)) {
      const found = search(child, childPath);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const definition of document.definitions) {
    const found = search(definition, '$');
    if (found !== undefined) return found;
  }
  return '$.query';
}

function* children(node: ASTNode, path: string): Generator<[ASTNode, string]> {
  switch (node.kind) {
    case Kind.OPERATION_DEFINITION:
      for (const variable of node.variableDefinitions ?? [])
        yield [variable, `$.variableDefinitions.${variable.variable.name.value}`];
      yield [node.selectionSet, path];
      break;
    case Kind.FRAGMENT_DEFINITION:
    case Kind.INLINE_FRAGMENT:
      yield [node.selectionSet, path];
      break;
    case Kind.SELECTION_SET:
      for (const one of node.selections)
        yield [one, one.kind === Kind.FIELD ? `${path}.selectionSet.${one.name.value}` : path];
      break;
    case Kind.FIELD:
      for (const one of node.arguments ?? []) {
        yield [one, `${path}.args.${one.name.value}`];
        yield [one.value, `${path}.args.${one.name.value}`];
      }
      for (const one of node.directives ?? []) yield [one, path];
      if (node.selectionSet) yield [node.selectionSet, path];
      break;
    case Kind.OBJECT:
      for (const one of node.fields) {
        yield [one, `${path}.${one.name.value}`];
        yield [one.value, `${path}.${one.name.value}`];
      }
      break;
    case Kind.LIST:
      for (const [index, one] of node.values.entries()) yield [one, `${path}[${index}]`];
      break;
    default:
  }
}
