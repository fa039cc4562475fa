import type { Appliance } from '../../../src/compose.ts';
import { systemActor } from '../../../src/engine/objects/types.ts';
import { wholeSite } from '../../../src/platform/scope.ts';
import { part } from '../advisory-parts.ts';
import { csafAdvisory } from './csaf.ts';

/** Two controllers of one kind, one read and one only configured, and a document about them; matched. */
export const seedControllers = async (
  appliance: Appliance,
  fix = 'V2.9.7',
): Promise<{ read: string; configured: string }> => {
  const document = csafAdvisory('siemens', {
    id: 'SSA-1',
    leaves: [{ order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' }],
    vulnerabilities: {
      'CVE-2024-0001': {
        affected: [0],
        cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
        score: 9.1,
        fix: 'V2.9.7',
      },
      'CVE-2024-0002': { affected: [0], fix },
    },
  });
  await appliance.vulnerabilities.buildSnapshot({
    number: 1,
    parts: [await part('', [document], [document], 'siemens')],
    capturedAt: '2026-01-01T00:00:00Z',
  });
  appliance.db.prepare('update exchange_state set snapshot = 1').run();
  const take = (name: string, firmware: string, method: 'query' | 'project'): void => {
    const said = { vendor: 'Siemens', orderNumber: '6ES7 515-2AM02-0AB0', name, serial: `S${name}`, firmware };
    appliance.controllers.ingest(systemActor, { type: 'csv', name }, [
      {
        observedAtMs: Date.now() - 60_000,
        method,
        source: 's7',
        facts: Object.entries(said).map(([field, value]) => ({ field, value, raw: value })),
        parts: [],
      },
    ]);
  };
  take('PLC-L3-07', 'V2.9.4', 'query');
  take('PLC-L3-08', 'V2.9', 'project');
  appliance.controllerFindings.recomputePending();
  const [read = '', configured = ''] = appliance.controllers
    .ids(0, 2)
    .map((id) => appliance.controllers.byId(id, wholeSite('job'))?.publicId ?? '');
  return { read, configured };
};
