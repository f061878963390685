/** Writes docs/errors.md from the catalogue of error codes: `node scripts/generate-error-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ERROR_CATALOGUE } from '../src/errors.ts';

export function renderErrorDocs(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  );
  return `# Errors

Written by \`npm run docs\` from \`src/errors.ts\`; change it there.

Outside GraphQL a failure is JSON: \`{"code", "message", "details", "hint", "requestId"}\`. In GraphQL the code stands in
\`errors[].extensions.code\`. Everything that is not in this list is masked as \`internal-error\`; the log has it under the request id, which
every answer carries as \`x-request-id\`. The command prints the message and ends with exit code 1.

| code | HTTP status | meaning |
|---|---|---|
${rows.join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/errors.md', import.meta.url), renderErrorDocs());
}
