import { defineKind } from '../types.ts';

/** A project file or a backup as evidence: its hash, tool and place, and when restoring it was tried. The bytes may lie elsewhere. */
export const kind = defineKind({
  name: 'plc-project-file',
  row: 'P2',
  area: 'devices',
  title: 'name',
  fields: {
    controller: { type: 'text', idOf: 'controller', required: true, indexed: true, max: 120 },
    sort: { type: 'choice', options: ['project', 'backup', 'upload', 'configuration'], required: true },
    name: { type: 'text', required: true, max: 240 },
    sha256: { type: 'text', required: true, min: 64, max: 64, indexed: true },
    sizeBytes: { type: 'integer', min: 0 },
    tool: { type: 'text', max: 100 },
    toolVersion: { type: 'text', max: 60 },
    place: { type: 'text', max: 300 },
    restoreTestedAt: { type: 'time' },
    note: { type: 'multiline', max: 1_000 },
  },
  check: (body) =>
    typeof body['sha256'] === 'string' && !/^[0-9a-f]{64}$/.test(body['sha256'])
      ? { sha256: { key: 'validation.network.sha256' } }
      : {},
  leaves: null,
});
