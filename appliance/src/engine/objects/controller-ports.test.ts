import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { allKinds } from '../../all-kinds.ts';
import { allSettings } from '../../all-settings.ts';
import { AppError } from '../../platform/errors.ts';
import { systemActor } from './types.ts';

describe('a port that something connects to', () => {
  let site: ApiSite;
  beforeAll(async () => {
    site = await openApiSite();
  });
  afterAll(() => site.close());

  const faultsOf = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      if (error instanceof AppError) return error.details['fields'];
      throw error;
    }
    return 'done';
  };
  const refused = { key: 'validation.controllerPort' };

  it.each([102, 502, 2_404, 20_000])('is not %i as that of SSH, where controllers speak', (port) => {
    const { objects } = site.appliance;
    expect(faultsOf(() => objects.setSetting(systemActor, 'devices.push-port', port))).toEqual({ value: refused });
    expect(objects.setting('devices.push-port')).toBe(22);
    expect(faultsOf(() => objects.setSetting(systemActor, 'devices.push-port', 2_022))).toBe('done');
    objects.resetSetting(systemActor, 'devices.push-port');
  });

  it('is not 502 in a search by an agent, asked for by a token', async () => {
    const { publicId } = site.device('searcher');
    const range = site.appliance.objects.create(systemActor, 'address-range', { name: 'r', network: '192.0.2.0/30' });
    const ask = (port: number) =>
      site.call('POST', '/objects/agent-scan', {
        token: site.tokenOf('administrator'),
        body: { body: { name: `s${port}`, range: range.id, device: publicId, port } },
      });
    const answer = await ask(502);
    expect([answer.status, answer.json['error']]).toMatchObject([422, { code: 'INVALID', fields: { port: refused } }]);
    expect((await ask(1_161)).status).toBe(201);
  });

  it('is declared as one wherever a kind or a setting has a single port', () => {
    const ports = [
      ...Object.entries(allKinds).flatMap(([kind, { fields }]) =>
        Object.entries(fields).map(([name, field]) => ({ at: `${kind}.${name}`, ...field })),
      ),
      ...Object.entries(allSettings).map(([name, setting]) => ({ at: name, ...setting })),
    ].filter((one) => one.type === 'integer' && 'max' in one && one.max === 65_535);
    expect(new Set(ports.map(({ at }) => at))).toEqual(
      new Set(['agent-scan.port', 'devices.push-port', 'directory-source.port', 'siem.port']),
    );
    expect(ports.filter((one) => !('format' in one && one.format === 'port'))).toEqual([]);
  });
});
