/** Text → a document that fits the schema and the limits of a role: done once per text, kept. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  GraphQLError as GraphQLErrorClass,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { AppError } from '../errors.ts';
import { documentError } from './errors.ts';
import {
  checkOperation,
  type DocumentLimits,
  fragmentsOf,
  isIntrospection,
  limitExceeded,
} from './limits.ts';
import { validationRules } from './rules.ts';

export interface ValidDocument {
  readonly document: DocumentNode;
  readonly operations: readonly OperationDefinitionNode[];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Errors reported at most: more help nobody, and each costs time. */
const MAX_ERRORS = 20;

/** Parses within the limits. Throws AppError `limit-exceeded` or GraphQLError. */
export function parseDocument(text: string, limits: DocumentLimits): ValidDocument {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.documentBytes) throw limitExceeded('bytes', limits.documentBytes, bytes);
  const parsed = parseTokens(text, limits);
  const operations = parsed.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const fragments = fragmentsOf(parsed);
  for (const operation of operations) checkOperation(operation, fragments, limits);
  return { document: parsed, operations, fragments };
}

function parseTokens(text: string, limits: DocumentLimits): DocumentNode {
  try {
    return parse(text, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLErrorClass)) throw error;
    // graphql-js says "more that".
    if (!/more tha[nt] \d+ tokens/.test(error.message)) throw documentError(error, undefined, false);
    // Introspection is long by nature: it is let through on its bytes alone, if nothing else is asked.
    const whole = parse(text);
    const operations = whole.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    if (operations.length > 0 && operations.every(isIntrospection)) return whole;
    throw limitExceeded('tokens', limits.tokens, 'more');
  }
}

export function validateDocument(
  { document }: ValidDocument,
  schema: GraphQLSchema,
  limits: DocumentLimits,
): GraphQLError[] {
  const errors = validate(schema, document, validationRules(limits.introspection), { maxErrors: MAX_ERRORS });
  return errors.map((error) => documentError(error, document, limits.suggestions));
}

/** The operation to run; several need a name. */
export function findOperation(
  { operations }: ValidDocument,
  name: string | undefined,
): OperationDefinitionNode {
  const operation = name === undefined ? operations[0] : operations.find((one) => one.name?.value === name);
  if (operation && (name !== undefined || operations.length === 1)) return operation;
  const message =
    operations.length === 0
      ? 'the document has no operation'
      : name === undefined
        ? 'the document has several operations: name one in operationName'
        : `the document has no operation named ${JSON.stringify(name)}`;
  throw new AppError('validation-failed', message, { path: '$' });
}
