import { MAX_PARTS, type Reading } from '@sallyport/bundle-tools/controllers/reading';
import { AppError } from '../../../platform/errors.ts';
import { fact } from '../facts.ts';
import type { FileReadings, ImportLimits } from '../types.ts';
import { fileTime } from '../when.ts';
import { readXmlEvents } from '../xml-events.ts';
import { amlDevice } from './device.ts';
import { caexHandler } from './elements.ts';

/** Controllers, head stations and their modules of a CAx export (CAEX 2.15 and 3.0); the firmware is the configured one. */
export const readAml = async (
  chunks: AsyncIterable<Uint8Array>,
  options: { nowMs: number; sha256: () => string | undefined; limits: ImportLimits },
): Promise<FileReadings> => {
  const { nowMs, sha256, limits } = options;
  const header = new Map<string, string>();
  const readings: Reading[] = [];
  const refused: FileReadings['refused'] = [];
  let looked = 0;
  let unread = 0;
  const handler = caexHandler({
    onSchema: (version) => {
      if (version !== undefined && !/^(?:2\.|3\.)/.test(version))
        throw new AppError('UNSUPPORTED_TYPE', `CAEX ${version.slice(0, 20)} is not read`);
    },
    onHeader: (name, text) => header.set(name, text),
    onDevice: (element) => {
      looked += 1;
      const device = amlDevice(element);
      if (device === undefined) {
        unread += 1;
        return;
      }
      const where = `device ${element.name.slice(0, 200)}`;
      if (device.parts.length > MAX_PARTS) {
        if (refused.length < limits.maxRefused)
          refused.push({ where, code: 'too-many-parts', detail: String(device.parts.length) });
        return;
      }
      if (readings.length >= limits.maxReadings)
        throw new AppError('TOO_LARGE', `more than ${limits.maxReadings} devices in one file`);
      const { facts: items, parts } = device;
      readings.push({ observedAtMs: 0, method: 'project', source: 'aml', where, facts: items, parts });
    },
  });
  await readXmlEvents(chunks, handler);
  const written = header.get('LastWritingDateTime');
  const at = fileTime(written, nowMs) ?? nowMs;
  const project = [
    ...fact('projectName', header.get('WriterProjectTitle')),
    ...fact('projectTool', header.get('WriterName')),
    ...fact('projectToolVersion', header.get('WriterRelease') ?? header.get('WriterVersion')),
    ...fact('projectSha256', sha256()),
    ...(fileTime(written, nowMs) === undefined ? [] : fact('projectEditedAt', new Date(at).toISOString(), written)),
  ];
  return {
    form: 'aml',
    readings: readings.map(({ facts: items, ...rest }) => ({
      ...rest,
      observedAtMs: at,
      facts: [...items, ...project],
    })),
    refused,
    control: [],
    looked,
    unread,
  };
};
