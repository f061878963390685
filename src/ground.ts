/** What a server stands on: the secret that keys and logins come from, and the database, embedded or not. */
import type { Config } from './config.ts';
import { openDataDirectory, readSecrets } from './data-directory.ts';
import { type EmbeddedDatabase, embeddedAddress, startEmbedded } from './database/embedded.ts';
import { AppError } from './errors.ts';
import type { Closers } from './gateway/shutdown.ts';
import type { Observe } from './observation.ts';

export interface Ground {
  jwtSecret: string;
  adminUrl: string;
  dataDirectory: string | undefined;
  embedded: EmbeddedDatabase | undefined;
}

/** A server that is given both its secret and its database keeps nothing on disk, so any number may share a folder. */
export async function prepareGround(config: Config, closers: Closers, observe: Observe): Promise<Ground> {
  const { secret } = config.auth.jwt;
  const { url } = config.database;
  if (secret !== undefined && url !== undefined) {
    return { jwtSecret: secret, adminUrl: url, dataDirectory: undefined, embedded: undefined };
  }
  const dataDirectory = await openDataDirectory(config.dataDirectory, observe);
  await closers.add('data folder', () => dataDirectory.close());
  const ground = { jwtSecret: secret ?? dataDirectory.secrets.jwtSecret, dataDirectory: dataDirectory.path };
  if (url !== undefined) return { ...ground, adminUrl: url, embedded: undefined };
  const embedded = await startEmbedded({ dataDirectory, observe });
  await closers.add('embedded database', () => embedded.stop());
  return { ...ground, adminUrl: embedded.adminUrl, embedded };
}

/**
 * The ground of a server that has been started before, for a command beside it: makes nothing. A running server's embedded
 * database is shared with it, one that rests is started for as long as the command takes.
 */
export async function visitGround(
  config: Config,
  closers: Closers,
  observe: Observe,
): Promise<Pick<Ground, 'jwtSecret' | 'adminUrl'>> {
  const { secret } = config.auth.jwt;
  const { url } = config.database;
  if (secret !== undefined && url !== undefined) return { jwtSecret: secret, adminUrl: url };
  const { jwtSecret, databasePassword } = readSecrets(config.dataDirectory);
  if (url !== undefined) return { jwtSecret: secret ?? jwtSecret, adminUrl: url };
  try {
    return await prepareGround(config, closers, observe);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'data-directory-in-use') throw error;
    const adminUrl = embeddedAddress(config.dataDirectory, databasePassword);
    if (adminUrl === undefined) throw error;
    return { jwtSecret: secret ?? jwtSecret, adminUrl };
  }
}
