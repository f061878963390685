/**
 * Vitest's global setup: one throw-away PostgreSQL for the run, with a bootstrapped and migrated template database.
 * Its superuser URL reaches the tests by `inject('adminUrl')`.
 */
import type { TestProject } from 'vitest/node';
import { prepareTestDatabase, TEMPLATE_DATABASE, urlOfDatabase } from './database.ts';
import { query } from './query.ts';
import { startThrowawayServer } from './throwaway-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startThrowawayServer();
  try {
    await query(server.adminUrl, `create database ${TEMPLATE_DATABASE}`);
    await prepareTestDatabase(urlOfDatabase(server.adminUrl, TEMPLATE_DATABASE));
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('adminUrl', server.adminUrl);
  return server.stop;
}
