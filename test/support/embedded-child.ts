/** A server process in little, to be killed: holds the data folder given as argument and runs its embedded PostgreSQL. */
import { openDataDirectory } from '../../src/data-directory.ts';
import { startEmbedded } from '../../src/database/embedded.ts';

const observe = (): void => undefined;
const dataDirectory = await openDataDirectory(process.argv[2] ?? '', observe);
const database = await startEmbedded({ dataDirectory, observe });
process.stdout.write(`${JSON.stringify({ adminUrl: database.adminUrl, pid: database.pid })}\n`);
process.on('SIGINT', () => undefined);
setInterval(() => undefined, 60_000);
