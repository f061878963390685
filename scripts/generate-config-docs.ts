/** Writes docs/configuration.md from the schema of the configuration: `node scripts/generate-config-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listSettings, type Setting } from '../src/config/settings.ts';

export function renderConfigDocs(): string {
  return `# Configuration

Written by \`npm run docs\` from \`src/config/schema.ts\`; change it there.

Every setting has a default, so that \`npm start\` needs none. Later sources win:

1. \`goforward.yaml\` in the working directory, or the file named by \`--config\`;
2. environment variables, named after the key: \`api.maxRows\` is \`GOFORWARD_API_MAX_ROWS\`; lists are comma separated.
   \`DATABASE_URL\` (\`database.url\`), \`PORT\` (\`server.port\`) and \`NODE_ENV=production\` (\`mode\`) are understood too, and yield to the exact names;
3. the flags \`--port\`, \`--host\` and \`--data-dir\`.

A key that does not exist is an error, which names the nearest one; all problems are told at once, and the exit code is 1.

\`\`\`yaml
# goforward.yaml
server:
  port: 8080
api:
  schemas: [public, shop]
  graphql:
    depth: 10
    roles:
      service_role: { depth: 30, estimatedRows: 100000000 }
\`\`\`

${sections()}
## What production refuses

\`mode: production\` (or \`NODE_ENV=production\`) hides GraphiQL, introspection, suggestions and the keys on the start page, unless a
setting says otherwise, and does not start with

- an \`auth.jwt.secret\` that stands in public documentation or has fewer than ten different characters;
- \`server.trustedProxies\` that trust every address;
- a database login for requests or for the platform that is a superuser.
`;
}

function sections(): string {
  const bySection = new Map<string, Setting[]>();
  for (const setting of listSettings()) {
    const section = setting.path.includes('.') ? (setting.path.split('.')[0] ?? '') : 'top level';
    bySection.set(section, [...(bySection.get(section) ?? []), setting]);
  }
  return [...bySection].map(([name, settings]) => `## ${name}\n\n${table(settings)}\n`).join('\n');
}

function table(settings: Setting[]): string {
  const rows = settings.map(
    ({ path, environment, defaultText, meaning }) =>
      `| \`${path}\` | ${environment === undefined ? 'file only' : `\`${environment}\``} | ${cell(defaultText)} | ${cell(meaning)} |`,
  );
  return ['| key | environment variable | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/configuration.md', import.meta.url), renderConfigDocs());
}
