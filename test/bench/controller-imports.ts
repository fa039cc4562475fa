import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { controllerFrames, pcapFile } from '../support/plant-capture.ts';
import {
  aasFile,
  amlFile,
  csvTable,
  l5xFile,
  plantControllers,
  rockwellOf,
  siemensOf,
} from '../support/plant-files.ts';
import { repositoryRoot } from '../support/sources.ts';
import type { Figure, Result } from './report.ts';

const captureBytes = 1_073_741_824;
const plantSize = 200;
const mb = 1e6;

const run = promisify(execFile);

type Cost = { ms: number; before: number; peak: number; readings: number; looked: number };

/** A process of its own for each file: the most that it ever held is this file's. */
const read = async (path: string): Promise<Cost> => {
  const { stdout } = await run(
    process.execPath,
    ['--conditions=@sallyport/source', join(repositoryRoot, 'test/bench/support/import-child.ts'), path],
    { cwd: repositoryRoot },
  );
  return JSON.parse(stdout) as Cost;
};

/** Ordinary traffic between the answers: what a plant says all day, which holds nothing to read. */
const filler = (index: number): Buffer => {
  const frame = Buffer.alloc(200 + (index % 1_000));
  Buffer.from('02000000000102000000000208004500', 'hex').copy(frame);
  frame.writeUInt16BE(frame.length - 14, 16);
  frame.writeUInt8(64, 22);
  frame.writeUInt8(6, 23);
  frame.writeUInt32BE(0x0a140101, 26);
  frame.writeUInt32BE(0x0a140102, 30);
  frame.writeUInt16BE(502, 34);
  frame.writeUInt16BE(50_000, 36);
  frame.writeUInt8(0x50, 46);
  return frame;
};

const writeCapture = async (path: string): Promise<void> => {
  const frames = plantControllers(plantSize)
    .flatMap(controllerFrames)
    .flatMap((frame, index) => [frame, ...Array.from({ length: 40 }, (_, n) => filler(index * 40 + n))]);
  const whole = pcapFile(frames);
  const [head, records] = [whole.subarray(0, 24), whole.subarray(24)];
  const file: FileHandle = await open(path, 'w');
  try {
    await file.write(head);
    for (let size = head.length; size < captureBytes; size += records.length) await file.write(records);
  } finally {
    await file.close();
  }
};

const figuresOf = (name: string, path: string, cost: Cost): Figure[] => {
  const bytes = statSync(path).size;
  return [
    { what: `${name}: ${(bytes / mb).toFixed(1)} MB, ${cost.readings} readings`, value: cost.ms, unit: 'ms' },
    { what: `${name}: rate`, value: bytes / mb / (cost.ms / 1_000), unit: 'MB/s' },
    { what: `${name}: memory beyond that of the idle process`, value: (cost.peak - cost.before) / mb, unit: 'MB' },
  ];
};

/** Files about controllers: a capture of a gigabyte with flat memory, and each other form. */
export const controllerImports = async (): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-imports-'));
  const place = (name: string): string => join(folder, name);
  try {
    const plant = plantControllers(10 * plantSize);
    await writeCapture(place('capture.pcap'));
    writeFileSync(place('plant.aml'), amlFile(siemensOf(plant)));
    const [logix] = rockwellOf(plant);
    // What makes projects large is what is passed by: programs.
    const program = `<Programs>${'<Program Name="p"><Routines><Routine><RLLContent><Rung><Text><![CDATA[XIC(a)OTE(b);]]></Text></Rung></RLLContent></Routine></Routines></Program>'.repeat(200_000)}</Programs>`;
    writeFileSync(
      place('project.l5x'),
      logix === undefined ? '' : l5xFile(logix).replace(/<Programs>.*<\/Programs>/, program),
    );
    writeFileSync(place('plant.json'), aasFile(plant));
    writeFileSync(place('plant.csv'), csvTable(plantControllers(20_000)));
    const figures: Figure[] = [];
    for (const [name, file] of [
      ['capture', 'capture.pcap'],
      ['CAx export', 'plant.aml'],
      ['L5X', 'project.l5x'],
      ['nameplates', 'plant.json'],
      ['table', 'plant.csv'],
    ] as const) {
      const of = figuresOf(name, place(file), await read(place(file)));
      if (name === 'capture') for (const figure of of) if (figure.unit === 'MB') figure.target = 'at most 64 MB';
      figures.push(...of);
    }
    return {
      method: [
        `A capture of 1 GiB: the answers of ${plantSize} controllers of three makers and their ARP between ordinary packets, repeated. The other forms hold 667 to 20,000 controllers; the L5X is one project with 200,000 programs.`,
        'Each file is read by a process of its own; memory is the most that the kernel saw (maxRSS) less what the process held before it opened the file.',
      ],
      figures,
      remarks: ['Reading and making readings only; what the record does with them is not in these figures.'],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
