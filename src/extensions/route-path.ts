/** Addresses of extensions: which may be theirs, and what the steps with a colon stand for. */
import { AppError } from '../errors.ts';

/** First steps that are the server's own. */
const OWN = new Set(
  `graphql v1 rest auth storage realtime meta dashboard live ready health metrics .well-known`.split(' '),
);
const STEP = /^(:[a-zA-Z_][a-zA-Z0-9_]*|[a-zA-Z0-9._~-]+)$/;

/** Throws AppError `config-invalid`. */
export function checkPath(path: string): void {
  const [root, ...steps] = path.split('/');
  if (root !== '' || steps.length === 0 || !steps.every((step) => STEP.test(step)))
    throw new AppError('config-invalid', `the route ${JSON.stringify(path)} of an extension is no path`, {
      hint: 'Write it like /functions/v1/orders/:id.',
    });
  const [first = ''] = steps;
  if (OWN.has(first) || first.startsWith(':'))
    throw new AppError(
      'config-invalid',
      `the route ${path} of an extension is an address of the server's own`,
      {
        hint: 'Take one below /functions/v1, or one that nobody else serves.',
      },
    );
}

/** The path has matched. */
export function paramsOf(pattern: string, path: string): Record<string, string> {
  const given = path.split('/');
  return Object.fromEntries(
    pattern
      .split('/')
      .flatMap((step, index) => (step.startsWith(':') ? [[step.slice(1), decode(given[index] ?? '')]] : [])),
  );
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw new AppError('invalid-request', 'the address cannot be read', { hint: 'Encode it as UTF-8.' });
  }
}
