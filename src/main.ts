/** The command: reads its arguments, starts or answers, turns signals into a stop and failures into exit codes. */
import { parseArgs } from 'node:util';
import { createApp, type Running } from './app.ts';
import { deriveKeys } from './auth/keys.ts';
import { type Config, loadConfig, wantsColour } from './config.ts';
import { readSecrets } from './data-directory.ts';
import { AppError } from './errors.ts';
import { nearest } from './lib/nearest.ts';
import { redact } from './lib/redact.ts';
import { createLogger } from './logger.ts';
import { createSchemaPrint } from './schema-print.ts';
import { renderStartPage } from './start-page.ts';
import { readVersion } from './version.ts';

const HELP = `GoForward ${readVersion()}: a GraphQL-first backend platform over PostgreSQL

Usage
  goforward [start]         start the server
  goforward keys [--json]   print the API keys and the JWT secret
  goforward schema print [--role ROLE]
                            print the GraphQL schema that a role is served (anon)

Options
  --port N          port to listen on (8080; 0 takes any free one)
  --host ADDRESS    address to listen on (127.0.0.1)
  --data-dir DIR    folder of the secret and the embedded database (.goforward)
  --config FILE     configuration file (goforward.yaml, where there is one)
  --example NAME    load an example at the first start: music
  --json            keys: print JSON
  --role ROLE       schema print: a database role, or admin
  --help, --version

In a clone: npm start -- [options], npm run -s goforward -- keys [options], … schema print [options]
Environment: DATABASE_URL, PORT, NODE_ENV, GOFORWARD_*; see docs/configuration.md
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  example: { type: 'string' },
  json: { type: 'boolean' },
  role: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const COMMANDS = ['start', 'keys', 'schema print'] as const;

type Arguments = ReturnType<typeof readArguments>;

/** After a second signal. */
const FORCED_EXIT_CODE = 130;
/** One Ctrl-C reaches this process up to three times: from the terminal, from npm and from the launcher. */
const SAME_SIGNAL_MS = 500;

await main(process.argv.slice(2));

async function main(argv: string[]): Promise<void> {
  try {
    const given = readArguments(argv);
    if (given.values.help) return print(HELP);
    if (given.values.version) return print(`${readVersion()}\n`);
    const config = loadConfig({
      argvFlags: {
        config: given.values.config,
        port: given.values.port,
        host: given.values.host,
        dataDir: given.values['data-dir'],
      },
    });
    if (given.command === 'keys') printKeys(config, given.values.json === true);
    else if (given.command === 'schema print') await printSchema(config, given);
    else await serve(config, given);
  } catch (error) {
    process.stderr.write(describeFailure(error));
    process.exit(1);
  }
}

function readArguments(argv: string[]) {
  const { values, positionals } = parse(argv);
  const [first = 'start', ...others] = positionals;
  const asked = [first, ...others].join(' ');
  const command = COMMANDS.find((one) => asked === one || asked.startsWith(`${one} `));
  if (command === undefined) {
    const words = COMMANDS.filter((one) => one.startsWith(`${first} `));
    throw new AppError('config-invalid', `There is no command "${asked}".`, {
      hint: `${words.length > 0 ? `Do you mean: ${words.join(', ')}?` : `There are: ${COMMANDS.join(', ')}.`} See --help.`,
    });
  }
  const rest = asked.slice(command.length + 1);
  if (rest !== '')
    throw new AppError('config-invalid', `"${rest}" is too much after ${command}.`, { hint: 'See --help.' });
  if (values.role !== undefined && command !== 'schema print')
    throw new AppError('config-invalid', `--role belongs to schema print, not to ${command}.`, {
      hint: 'See --help.',
    });
  return { values, command } as const;
}

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    const unknown = /Unknown option '(--?[^']+)'/.exec((cause as Error).message)?.[1];
    if (unknown === undefined) throw new AppError('config-invalid', (cause as Error).message, { cause });
    const near = nearest(unknown.replace(/^-+/, ''), Object.keys(OPTIONS));
    const hint = near === undefined ? 'See --help.' : `Did you mean --${near}?`;
    throw new AppError('config-invalid', `There is no option ${unknown}.`, { hint, cause });
  }
}

function printKeys(config: Config, json: boolean): void {
  const keys = deriveKeys(config.auth.jwt.secret ?? readSecrets(config.dataDirectory).jwtSecret);
  const lines = Object.entries(keys).map(([name, value]) => `${name.padEnd(12)}${value}\n`);
  print(json ? `${JSON.stringify(keys)}\n` : lines.join(''));
}

async function printSchema(config: Config, given: Arguments): Promise<void> {
  const observe = createLogger({
    log: { ...config.log, level: 'warn' },
    colour: wantsColour(process.stderr),
    write: (text) => process.stderr.write(text),
  });
  const schema = createSchemaPrint(config, { role: given.values.role, observe });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.once(signal, () => void schema.close().finally(() => process.exit(FORCED_EXIT_CODE)));
  try {
    print(await schema.print());
  } finally {
    await schema.close();
  }
}

async function serve(config: Config, given: Arguments): Promise<void> {
  const observe = createLogger({
    log: config.log,
    colour: wantsColour(process.stderr),
    write: (text) => process.stderr.write(text),
  });
  const app = createApp(config, { observe, example: given.values.example });

  let stoppingSince: number | undefined;
  const stop = async (reason: string, exitCode: number) => {
    const now = performance.now();
    if (stoppingSince !== undefined) {
      if (now - stoppingSince > SAME_SIGNAL_MS) process.exit(FORCED_EXIT_CODE);
      return;
    }
    stoppingSince = now;
    observe({ type: 'server-stopping', reason });
    await app.stop();
    observe({ type: 'server-stopped', elapsedMs: Math.round(performance.now() - now) });
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void stop(signal, 0));
  process.on('disconnect', () => void stop('the launcher has gone', 0));

  process.on('uncaughtException', (error) => {
    observe({ type: 'unexpected-error', error, where: 'the process' });
    void stop('an unexpected error', 1);
  });

  const running = await app.start().catch((error: unknown) => {
    if (stoppingSince === undefined) throw error;
  });
  if (running === undefined) return;
  print(startPage(config, running));
  const loss = await running.failed;
  if (stoppingSince !== undefined) return;
  process.stderr.write(describeFailure(loss));
  await stop(loss.message, 1);
}

function startPage(config: Config, running: Running): string {
  const page = { ...running, mode: config.mode, graphiql: config.api.graphql.graphiql };
  return renderStartPage(
    { ...page, dataDirectory: running.dataDirectory ?? 'none needed' },
    wantsColour(process.stdout),
  );
}

/** An expected failure is a sentence; anything else is a bug, and whoever reports it needs the stack. */
function describeFailure(error: unknown): string {
  if (!(error instanceof AppError))
    return redact(`goforward: a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
  const { message, hint, details } = error;
  const sentence = [message.replace(/([^.:!?])$/, '$1.'), hint].filter(Boolean).join(' ');
  return redact(`goforward: ${sentence}\n${details === undefined ? '' : `${details}\n`}`);
}

function print(text: string): void {
  process.stdout.write(text);
}
