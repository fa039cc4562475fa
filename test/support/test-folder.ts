import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

// Folders that go by themselves. For files of tests alone: a program that a test starts has `temporaryFolder` of commands.ts.

const made = (name: string): string => mkdtempSync(join(tmpdir(), `sallyport-${name}-`));

/** A folder for all tests of a file. */
export function fileFolder(name: string): string {
  const path = made(name);
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A folder for one test, made in it or in a hook before it. */
export function ownFolder(name: string): string {
  const path = made(name);
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
