import { existsSync } from 'node:fs';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { controller, engineer, planFrames, plans } from '../../../../test/support/captures/plans.ts';
import { captureFile, pcapFile } from '../../../../test/support/plant-capture.ts';
import { amlFile, csvBytes, csvTable, plantControllers, siemensOf } from '../../../../test/support/plant-files.ts';
import { openConsole } from '../../../test/support/console.ts';
import { toFailure } from '../../platform/errors.ts';
import { jobStore } from '../../platform/job-store.ts';
import { controllerDraftStore } from './draft-store.ts';
import { type ControllerImportPayload, controllerImportKind, runControllerImport } from './import-job.ts';

const site = await openConsole();
const operator = await site.as('operator');
afterAll(() => site.close());

const plant = plantControllers(6);

/** What the worker does with the queued rows. */
const work = async (): Promise<void> => {
  const { db, controllerImports } = site.appliance;
  const store = jobStore(db);
  for (let run = store.next(controllerImportKind); run !== undefined; run = store.next(controllerImportKind)) {
    const { id } = run;
    store.start(id, 1);
    try {
      const result = await runControllerImport(run.payload as ControllerImportPayload, {
        imports: controllerImports,
        drafts: controllerDraftStore(db),
        progress: (row) => store.progress(id, row),
        signal: new AbortController().signal,
      });
      store.finish(id, { state: 'done', result, at: 2 });
    } catch (error) {
      const { code, message } = toFailure(error);
      store.finish(id, { state: 'failed', error: { code, message }, at: 2 });
    }
  }
};

const upload = async (name: string, content: Uint8Array | string): Promise<Response> => {
  const head = `--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${await operator.csrf()}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return operator.postRaw(
    paths.controllerImports(),
    Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n--b--\r\n')]),
    { 'content-type': 'multipart/form-data; boundary=b' },
  );
};
const idOf = (response: Response): string => (response.headers.get('location') ?? '').split('/')[3] ?? '';
const page = async (path: string): Promise<string> => (await operator.get(path)).text();
const count = (): number => site.appliance.controllers.ids(0, 1_000).length;

describe('the import of a table', () => {
  it('goes from its columns over the comparison to the record, and back', async () => {
    const table = csvBytes(csvTable(plant, { language: 'ru', delimiter: ';' }), 'windows-1251');
    const begun = await upload('Контроллеры.csv', table);
    expect(begun.status).toBe(303);
    const id = idOf(begun);

    const columns = await page(paths.controllerImport(id));
    expect(columns).toContain('Windows-1251');
    expect(columns).toMatch(/<option value="serial" selected[^>]*>/);
    expect(columns).toContain('Инв. номер');
    // A step that is still to come leads to where the file is.
    expect(await page(paths.controllerImport(id, 'result'))).toContain('Инв. номер');

    const fields = Object.fromEntries(
      ['assetTag', 'name', 'vendorRaw', 'model', 'orderNumber', 'firmware', 'serial', 'address', 'mac', 'line'].flatMap(
        (target, index) => [
          [`heading-${index}`, csvTable([], { language: 'ru', delimiter: ';' }).trim().split(';')[index] ?? ''],
          [`target-${index}`, target],
        ],
      ),
    );
    const way = { encoding: 'windows-1251', delimiter: 'semicolon', what: 'compare' };
    const twice = await operator.post(paths.controllerImportColumns(id), { ...fields, 'target-0': 'name', ...way });
    expect(twice.status).toBe(422);
    const kept = await operator.post(paths.controllerImportColumns(id), { ...fields, ...way, keep: 'Цех 1' });
    expect(kept.status).toBe(303);
    expect(site.appliance.objects.findBy('controller-csv-mapping', 'name', 'Цех 1')?.body).toMatchObject({
      delimiter: 'semicolon',
      encoding: 'windows-1251',
    });

    expect(await page(paths.controllerImport(id))).toContain('The file is read');
    await work();
    const compared = await page(paths.controllerImport(id));
    expect(compared).toContain('What would change');
    expect(compared).toContain(plant[0]?.orderNumber);
    expect(count()).toBe(0);
    // Back loses nothing.
    expect(await page(paths.controllerImport(id, 'columns'))).toContain('Инв. номер');

    await operator.post(paths.controllerImportStart(id), { what: 'apply' });
    await work();
    expect(await page(paths.controllerImport(id))).toContain('The file was imported');
    expect(count()).toBe(plant.length);
    expect(existsSync(site.appliance.controllerDrafts.get(id).path)).toBe(false);
    expect((await operator.post(paths.controllerImportStart(id), { what: 'apply' })).status).toBe(409);

    const [batch] = site.appliance.controllers.batches({ limit: 1 });
    const asked = await operator.post(paths.controllerImportUndo(), { origin: String(batch?.id) });
    expect(await asked.text()).toContain('Take back the import of Контроллеры.csv?');
    expect(count()).toBe(plant.length);
    await operator.post(paths.controllerImportUndo(), { origin: String(batch?.id), confirmed: '1' });
    expect(count()).toBe(0);
    expect(await page(paths.controllerImports())).toContain('Undone');
  });
});

describe('the import of other files', () => {
  it.each([
    ['plant.aml', () => amlFile(siemensOf(plant)), 2],
    ['plant.pcap', () => captureFile(plant), 6],
  ] as const)('compares %s at once', async (name, make, expected) => {
    const id = idOf(await upload(name, make()));
    await work();
    const compared = await page(paths.controllerImport(id));
    expect(compared).toContain('What would change');
    expect(compared).toContain(`New ${expected}`);
  });

  it('shows commands in a capture with their part and packet, and tells of them in words on the page of events and in its table', async () => {
    const [plan] = plans.filter(({ name }) => name === 'cip');
    const id = idOf(await upload('cip.pcap', pcapFile(plan === undefined ? [] : planFrames(plan))));
    await work();
    const compared = await page(paths.controllerImport(id));
    for (const text of ['vendor object written (CIP)', 'class 0x68; class 0x6a; class 0x338', engineer.address])
      expect(compared).toContain(text);
    await operator.post(paths.controllerImportStart(id), { what: 'apply' });
    await work();
    const told = `packet 6: ${engineer.address} to ${controller.address}, reset (CIP): slot 3; 2 times from `;
    const ofType = `${paths.events()}?type=controller-control-traffic`;
    expect(await page(ofType)).toContain(told);
    expect(await page(`${paths.eventsCsv()}?type=controller-control-traffic`)).toContain(told);
  });

  it('is not imported a second time where the first import ended while the second was asked for', async () => {
    const { jobs, controllerDrafts: drafts } = site.appliance;
    const id = idOf(await upload('again.aml', amlFile(siemensOf(plant))));
    await work();
    await operator.post(paths.controllerImportStart(id), { what: 'apply' });
    const first = drafts.get(id).applyRun ?? 0;
    // The job writes through a connection of its own. Its end is put behind the first look at its state.
    const get = jobs.get;
    vi.spyOn(jobs, 'get').mockImplementation((run) => {
      const seen = get(run);
      if (run === first) site.appliance.db.prepare("update job_run set state = 'done' where id = ?").run(run);
      return seen;
    });
    const again = await operator
      .post(paths.controllerImportStart(id), { what: 'apply' })
      .finally(() => vi.restoreAllMocks());
    expect([again.status, drafts.get(id).applyRun, get(first)?.state]).toEqual([409, first, 'done']);
  });

  it('refuses what is none of the forms, with the reason, and keeps nothing of it', async () => {
    const before = site.appliance.controllerDrafts.list(100).length;
    for (const [content, words] of [
      ['<svg/>', 'This is none of the forms that are read'],
      ['<!DOCTYPE a><CAEXFile/>', 'The file cannot be read'],
      ['', 'Fill in this field'],
    ] as const) {
      const response = await upload('x', content);
      expect(response.status).toBe(422);
      expect(await response.text()).toContain(words);
    }
    expect(site.appliance.controllerDrafts.list(100)).toHaveLength(before);
  });

  it('shows where a file stops being one', async () => {
    const broken = Buffer.from(captureFile(plant));
    // The length of its first packet; a file that only ends early is read to its end.
    broken.writeUInt32LE(0xffff_ffff, 24 + 8);
    const id = idOf(await upload('broken.pcap', broken));
    await work();
    const refused = await page(paths.controllerImport(id));
    expect(refused).toContain('The file is refused: MALFORMED');
    expect(refused).toMatch(/at byte \d+/);
  });

  it('shows an operator what a viewer may look at and not do', async () => {
    const viewer = await site.as('viewer');
    expect((await viewer.get(paths.controllerImports())).status).toBe(200);
    expect((await viewer.post(paths.controllerImportUndo(), { origin: '1' })).status).toBe(403);
  });

  it('keeps no more drafts than a few', async () => {
    for (let n = 0; n < 45; n += 1) {
      const response = await upload(`${n}.csv`, csvTable(plant.slice(0, 1)));
      expect(response.status).toBe(303);
    }
    expect(site.appliance.controllerDrafts.list(100).length).toBeLessThanOrEqual(40);
  });
});
