import { readFileSync, rmSync } from 'node:fs';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { type Enrolment, enrolmentFileName, enrolmentSchema } from '@sallyport/bundle-tools/protocol/enrolment';
import * as z from 'zod';
import { AgentError } from '../errors.ts';
import type { AgentState } from './state.ts';

// An enrolment that the service is to carry out. It holds the token, so it is dropped as soon as the device is enrolled.

const nameOf = (state: AgentState): string => state.path(enrolmentFileName);

export function writeEnrolment(state: AgentState, enrolment: Enrolment): void {
  writeFileDurable(nameOf(state), JSON.stringify(enrolmentSchema.parse(enrolment)), 0o600);
}

/** What was left to do; undefined where nothing was. */
export function readEnrolment(state: AgentState): Enrolment | undefined {
  if (!isThere(nameOf(state))) return undefined;
  const parsed = enrolmentSchema.safeParse(JSON.parse(readFileSync(nameOf(state), 'utf8')));
  if (!parsed.success) throw new AgentError('STATE', `${nameOf(state)}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function dropEnrolment(state: AgentState): void {
  rmSync(nameOf(state), { force: true });
}
