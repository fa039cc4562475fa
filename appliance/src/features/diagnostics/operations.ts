import { join, resolve } from 'node:path';
import { statSync } from '@sallyport/bundle-tools/person/files';
import { ensureDir, writeNewFile } from '@sallyport/bundle-tools/platform/files';
import { z } from 'zod';
import type { Appliance } from '../../compose.ts';
import { examine } from '../../doctor.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { diagnosticSections, diagnosticsFile } from './collect.ts';
import { DIAGNOSTIC_SECTIONS } from './types.ts';

// What helps somebody elsewhere: listed before it is written, without names of the site, sealed unless it is wanted plain.

const { operation, download } = operationsOver<Appliance>({ area: 'settings', bound: 'site' });

const section = z.enum(DIAGNOSTIC_SECTIONS);

export const diagnosticsOperations = [
  operation({
    name: 'diagnostics.list',
    http: { method: 'get', path: '/diagnostics' },
    right: 'settings:read',
    summary: 'What an export of diagnostics has in it, section by section',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(z.object({ name: z.string(), what: z.string() })) }),
    run: () => ({ rows: diagnosticSections.map(({ name, what }) => ({ name, what })) }),
    command: {
      example: 'sallyport diagnostics list --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['SECTION', 'WHAT'],
          rows.map(({ name, what }) => [name, what]),
        ),
    },
  }),
  download({
    name: 'diagnostics.file',
    http: { method: 'get', path: '/diagnostics/file' },
    right: 'settings:write',
    summary: 'Diagnostics without names of the site, sealed to the recovery key unless plain is true',
    input: z.strictObject({ plain: z.boolean().optional() }),
    file: 'application/octet-stream',
    run: async (appliance, { plain }) => {
      const { name, bytes } = await diagnosticsFile(appliance, { isPlain: plain === true });
      return { name, body: bytes };
    },
  }),
  operation({
    name: 'diagnostics.export',
    right: 'settings:write',
    summary: 'Writes diagnostics without names of the site, sealed to the recovery key or plain; see diagnostics list',
    input: z.strictObject({
      out: z.string().min(1).max(1_000).optional().describe('a file, or a folder to write it in (DATA/diagnostics)'),
      plain: z.boolean().optional().describe('not sealed: anybody can read it'),
      only: z
        .array(section)
        .max(DIAGNOSTIC_SECTIONS.length)
        .optional()
        .describe('this section alone; may be given several times'),
    }),
    output: z.object({ path: z.string(), sizeBytes: z.int(), sections: z.array(z.string()) }),
    run: async (appliance, { out, plain, only = [] }) => {
      const isPlain = plain === true;
      const { name, bytes } = await diagnosticsFile(
        { ...appliance, examined: () => examine(appliance) },
        { only, isPlain },
      );
      const wanted = resolve(out ?? appliance.paths.diagnostics);
      if (out === undefined) ensureDir(wanted, 0o700);
      const isFolder = statSync(wanted, { throwIfNoEntry: false })?.isDirectory() === true;
      const path = isFolder ? join(wanted, name) : wanted;
      writeNewFile(path, bytes, { mode: 0o600 });
      return { path, sizeBytes: bytes.length, sections: only.length === 0 ? [...DIAGNOSTIC_SECTIONS] : only };
    },
    command: {
      flags: { out: { value: 'FILE', path: 'output' } },
      example: 'sallyport diagnostics export --out /media/usb --data /var/lib/sallyport',
      print: (out, { path, sizeBytes, sections }) =>
        out.line(`${path}  ${sizeBytes} bytes, sections ${sections.join(', ')}`),
    },
  }),
];
