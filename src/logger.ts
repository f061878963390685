/** Subscribes to observations and writes them as log lines. The only writer of the log; credentials never get through. */
import { pino } from 'pino';
import type { Config } from './config.ts';
import { redact } from './lib/redact.ts';
import { prettyLine } from './log-line.ts';
import type { Observation, Observe } from './observation.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerInput {
  log: Config['log'];
  colour: boolean;
  write: (text: string) => void;
}

/** Everything else is `info`. */
const LEVELS: Partial<Record<Observation['type'], Level>> = {
  'embedded-database-output': 'debug',
  'embedded-database': 'debug',
  'bootstrap-applied': 'debug',
  'migration-applied': 'debug',
  'catalog-loaded': 'debug',
  'schema-built': 'debug',
  'socket-opened': 'debug',
  'socket-closed': 'debug',
  'server-started': 'debug',
  'catalog-warning': 'warn',
  'catalog-reload-failed': 'error',
  'capture-state': 'debug',
  'capture-failed': 'warn',
  'changes-lost': 'warn',
  'history-failed': 'warn',
  'wal-retained': 'warn',
  'connection-lost': 'warn',
  'message-failed': 'warn',
  'unexpected-error': 'error',
};

const MAXIMUM_CAUSES = 3;

export function createLogger({ log, colour, write }: LoggerInput): Observe {
  const format =
    log.format === 'pretty' ? (line: string) => prettyLine(line, colour) : (line: string) => line;
  const logger = pino(
    {
      level: log.level,
      base: log.format === 'pretty' ? null : { service: 'goforward' },
      serializers: { err: describeError },
    },
    { write: (line: string) => write(format(redact(line))) },
  );
  return (observation) => {
    const level = levelOf(observation);
    if (!logger.isLevelEnabled(level)) return;
    const { type, ...facts } = observation;
    const { error, ...rest } = facts as { error?: unknown };
    logger[level](error === undefined ? rest : { ...rest, err: error }, type.replaceAll('-', ' '));
  };
}

/** A request that failed on our side is an error, a refused one worth a line, an answered one for the curious. */
function levelOf(observation: Observation): Level {
  if (observation.type !== 'request-finished') return LEVELS[observation.type] ?? 'info';
  if (observation.status >= 500) return 'error';
  return observation.status >= 400 ? 'info' : 'debug';
}

/** Named members only: the errors of drivers carry their whole connection along. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  const causeText =
    cause === undefined || depth >= MAXIMUM_CAUSES ? undefined : describeError(cause, depth + 1);
  return { type: name, message, code, stack, cause: causeText };
}
