/** Memory of a server that a launcher may have started: of the largest process of its family, PostgreSQL left out. */
import { execFileSync } from 'node:child_process';

/** Resident bytes. */
export function largestMemory(root: number): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const family = new Set([String(root)]);
  let largestKb = 0;
  // ps lists a parent before its children, except when numbers wrapped around: two passes are enough here.
  for (const [pid = '', parent = '', rss = '0', command = ''] of [...rows, ...rows]) {
    if (family.has(parent)) family.add(pid);
    if (family.has(pid) && !command.startsWith('postgres')) largestKb = Math.max(largestKb, Number(rss));
  }
  return largestKb * 1024;
}
