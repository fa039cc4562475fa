import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../../test/support/appliance.ts';
import type { Log } from '../../../platform/log.ts';
import { httpApp } from '../../../server/http-app.ts';

const site = await openAppliance();
afterAll(() => site.stop());

/** A log, and what is written to it as an error. */
const watchedLog = (): { log: Log; said: unknown[] } => {
  const said: unknown[] = [];
  const log = Object.assign(Object.create(site.log) as Log, { error: (...words: unknown[]) => said.push(words) });
  return { log, said };
};

describe('the native source', () => {
  it('writes a defect of ours to the log and tells the agent nothing about it', async () => {
    const { log, said } = watchedLog();
    const defect = new TypeError('root is not a function');
    const trustFiles = {
      ...site.trustFiles,
      root: () => {
        throw defect;
      },
    };
    const answer = await httpApp({ ...site, trustFiles, log }).request('/api/agent/v1/site');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain(defect.message);
    expect(said).toEqual([[expect.objectContaining({ err: defect, method: 'GET' }), 'a call of an agent failed']]);
  });

  it('writes no refusal there', async () => {
    const { log, said } = watchedLog();
    const answer = await httpApp({ ...site, log }).request('/api/agent/v1/check-in', { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
    expect(said).toEqual([]);
  });
});
