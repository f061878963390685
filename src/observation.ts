/**
 * Facts that the platform tells about itself. Domain code calls `observe`; the logger (and later metrics) subscribe.
 * No other file writes to the console.
 */

export type Observation =
  | { type: 'server-started'; url: string; elapsedMs: number }
  | { type: 'server-stopping'; reason: string }
  | { type: 'server-stopped'; elapsedMs: number }
  | {
      type: 'request-finished';
      requestId: string;
      method: string;
      url: string;
      status: number;
      elapsedMs: number;
      role?: string | undefined;
      ip?: string | undefined;
    }
  | { type: 'unexpected-error'; requestId?: string | undefined; error: unknown; where: string }
  | { type: 'data-directory-lock-replaced'; pid: number }
  | {
      type: 'embedded-database';
      event:
        | 'initialising'
        | 'starting'
        | 'started'
        | 'adopted'
        | 'stopped-orphan'
        | 'recovering'
        | 'stopped';
      detail?: string | undefined;
    }
  | { type: 'embedded-database-output'; line: string }
  | { type: 'bootstrap-applied'; detail: string }
  | { type: 'migration-applied'; name: string; elapsedMs: number }
  | { type: 'catalog-loaded'; version: number; tables: number; elapsedMs: number }
  | { type: 'catalog-warning'; warning: string }
  | { type: 'catalog-reload-failed'; error: unknown }
  | { type: 'schema-built'; role: string; version: number; tables: number; elapsedMs: number }
  | { type: 'message-failed'; channel: string; kind: string; final: boolean; error: unknown }
  | { type: 'capture-state'; state: string }
  | { type: 'capture-failed'; error: unknown }
  | { type: 'changes-lost'; reason: string }
  | { type: 'wal-retained'; retainedBytes: number; limitBytes: number }
  | { type: 'history-failed'; error: unknown }
  | {
      type: 'socket-opened';
      requestId: string;
      path: string;
      protocol: string;
      ip: string;
      /** How many there are now. */
      open: number;
    }
  | { type: 'socket-closed'; requestId: string; path: string; code: number; elapsedMs: number; open: number }
  | { type: 'connection-lost'; pool: string; error: unknown };

export type Observe = (observation: Observation) => void;
