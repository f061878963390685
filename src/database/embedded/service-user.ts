/**
 * PostgreSQL refuses to run as root. This decides as whom it runs instead, and what that user can reach.
 * An ordinary user runs it as themselves, and nothing here applies.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** The owner of an existing cluster, else `nobody`; undefined where we are not root. */
export function chooseServiceUser(clusterDirectory: string): ServiceUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(clusterDirectory, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: nameOf(owner.uid) };
  const nobody = accounts().find(({ name }) => name === 'nobody');
  return nobody ?? { uid: 65534, gid: 65534, name: 'nobody' };
}

/** The first folder on the way to `path` that the user may not enter, undefined if there is none. */
export function firstClosedFolder(path: string, user: ServiceUser): string | undefined {
  const parents: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return parents.find((folder) => !mayEnter(statSync(folder), user));
}

function mayEnter(folder: Stats, user: ServiceUser): boolean {
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

function nameOf(uid: number): string {
  return accounts().find((account) => account.uid === uid)?.name ?? `user ${uid}`;
}

function accounts(): ServiceUser[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((fields) => fields.length >= 4)
      .map(([name, , uid, gid]) => ({ name: name ?? '', uid: toId(uid), gid: toId(gid) }));
  } catch {
    return [];
  }
}

/** macOS writes the id of nobody as -2. */
function toId(text: string | undefined): number {
  return Number(text) >>> 0;
}
